export function SiteFooter() {
  return (
    <footer className="site-footer">
      <div className="container py-4">
        The example app of <code>next-smart-cache</code>. The MIT licence covers its images. Bootstrap, Inter, KaTeX and Leaflet come from
        their npm packages.
      </div>
    </footer>
  );
}
