export function TryAnEdit() {
  return (
    <section className="container section" aria-labelledby="edit-heading">
      <h2 id="edit-heading">Try an edit yourself</h2>
      <div className="panel">
        <ol className="steps">
          <li>
            Open <code>example-app/public/css/example.css</code> and change the first colour in it, <code>--accent</code>.
          </li>
          <li>
            Stop the server, then run <code>npm run build &amp;&amp; npm start</code> in <code>example-app/</code>.
          </li>
          <li>
            Follow <a href="#this-visit">Repeat this visit</a>. One row of the table says <em>network</em>: <code>example.css</code>, under
            a new URL. The other rows stay as they were, and nobody had to force a reload.
          </li>
        </ol>
        <p className="text-body-secondary mb-0">
          In a hurry? Under <code>npm run dev</code> the open page takes the new colour by itself, as soon as the file is saved.
        </p>
      </div>
    </section>
  );
}
