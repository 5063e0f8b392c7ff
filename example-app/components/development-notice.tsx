/** Under `next dev` every measurement would come out the same, and look like a fault. */
export function DevelopmentNotice() {
  if (process.env.NODE_ENV !== 'development') return null;
  return (
    <div className="container">
      <p className="notice" role="note">
        This is <code>next dev</code>, where nothing may be cached, so that every edit is seen. To measure, run{' '}
        <code>npm run build &amp;&amp; npm start</code>.
      </p>
    </div>
  );
}
