/** In `next dev` no file may be cached, so the figures of a visit look like a fault. */
export function DevelopmentNotice() {
  if (process.env.NODE_ENV !== 'development') return null;
  return (
    <div className="container">
      <p className="notice" role="note">
        This is <code>next dev</code>, which caches no files, so that you see every edit. To see a repeat visit, run{' '}
        <code>npm run build &amp;&amp; npm start</code>.
      </p>
    </div>
  );
}
