import type { ReactNode } from 'react';

const ANSWERS: readonly { id: string; question: string; answer: ReactNode }[] = [
  {
    id: 'how-numbers',
    question: 'Where do the numbers come from?',
    answer: (
      <>
        From your browser’s <a href="https://developer.mozilla.org/docs/Web/API/Performance_API/Resource_timing">Resource Timing</a> records
        of real requests to this server; nothing is calculated or assumed. A file with no bytes transferred came from the cache. Fewer bytes
        than the file has mean that the server was asked and answered <code>304 Not Modified</code>. Browsers count the headers of an answer
        as 300 bytes.
      </>
    ),
  },
  {
    id: 'how-visits',
    question: 'What is a first visit, and what a repeat visit?',
    answer: (
      <>
        Each measured visit loads a page with only these files in a hidden frame. For a first visit, the URLs get a query such as{' '}
        <code>?run=1234</code> that your browser has never seen, so its cache cannot hold them; <em>Start over</em> takes a new one. A
        repeat visit is a plain navigation to the same page, as by a link. Each is made three times both ways, in turn; the middle one
        counts. (The reload button is something else: it makes browsers ask again on purpose.)
      </>
    ),
  },
  {
    id: 'how-network',
    question: 'Why are the milliseconds so few?',
    answer: (
      <>
        Because the server runs on your own computer, where an answer takes next to no time. Out there each of the requests costs a round
        trip. To see it, choose <em>Slow 4G</em> in the network panel of your browser’s developer tools and press <em>Repeat the visits</em>
        .
      </>
    ),
  },
];

/** Bootstrap's accordion, opened and closed by Bootstrap's own script. */
export function HowItIsMeasured() {
  return (
    <section className="container section" aria-labelledby="how-heading">
      <h2 id="how-heading">How this is measured</h2>
      <div className="accordion">
        {ANSWERS.map(({ id, question, answer }) => (
          <div className="accordion-item" key={id}>
            <h3 className="accordion-header">
              <button
                className="accordion-button collapsed"
                type="button"
                data-bs-toggle="collapse"
                data-bs-target={`#${id}`}
                aria-expanded="false"
                aria-controls={id}
              >
                {question}
              </button>
            </h3>
            <div id={id} className="accordion-collapse collapse">
              <div className="accordion-body">{answer}</div>
            </div>
          </div>
        ))}
      </div>
    </section>
  );
}
