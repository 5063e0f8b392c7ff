export function SiteFooter() {
  return (
    <footer className="site-footer">
      <div className="container py-4">
        The example app of <code>next-smart-cache</code>. Stylesheets, scripts, fonts and images come from <code>public/</code>; Bootstrap,
        KaTeX and Leaflet are copied there from their npm packages before each build.
      </div>
    </footer>
  );
}
