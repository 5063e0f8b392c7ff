export function TryAnEdit() {
  return (
    <section className="container section" aria-labelledby="edit-heading">
      <h2 id="edit-heading">Try an edit</h2>
      <div className="panel">
        <ol className="steps">
          <li>
            Open <code>example-app/public/css/example.css</code> and change the first colour, <code>--accent</code>.
          </li>
          <li>
            Stop the server. Run <code>npm run build &amp;&amp; npm start</code> in <code>example-app/</code>.
          </li>
          <li>
            Follow <a href="#this-visit">Repeat this visit</a>. The browser loads <code>example.css</code> from the network, under a new
            URL. It takes all other files from its cache.
          </li>
          <li>
            Do the same with <code>VERSION</code> in <code>example-app/public/js/application.js</code>. This page says:{' '}
            {/* public/js/application.js writes into it, perhaps before React hydrates it. */}
            <span id="application-js" className="run-badge" suppressHydrationWarning>
              application.js has not run
            </span>
          </li>
        </ol>
        <p className="panel-note">
          With <code>npm run dev</code>, the open page takes the new colour as soon as you save the file.
        </p>
      </div>
    </section>
  );
}
