import type { ReactNode } from 'react';
import { formatBytes } from '@/lib/format';
import { MEASURED_VISITS } from '@/lib/measured-visits';

const { plain, hashed } = MEASURED_VISITS.visits.first;

const ANSWERS: readonly { id: string; question: string; answer: ReactNode }[] = [
  {
    id: 'how-numbers',
    question: 'Where do the figures come from?',
    answer: (
      <>
        <code>npm run measure:example</code> in the repository builds this app, opens both pages in Chromium, and writes the figures to{' '}
        <code>example-app/measured-visits.json</code>. They cover the whole visit: the page, Next’s own files, and the files of{' '}
        <code>public/</code>. A test measures again and fails if the figures have changed.
      </>
    ),
  },
  {
    id: 'how-network',
    question: 'What is the connection?',
    answer: (
      <>
        The slow 4G of Lighthouse: 1.6 Mbit/s down, 750 kbit/s up, 150 ms for a round trip. The browser speaks HTTP/2, as most sites do, so
        it sends its requests side by side. With HTTP/1.1 the plain page has to wait longer: it has six connections for all its requests.
      </>
    ),
  },
  {
    id: 'how-first',
    question: 'Why is the first visit only a little faster?',
    answer: (
      <>
        The browser has to load every file once, in both modes. With <code>precompress: true</code>, the build compresses hashed files with
        Brotli, and <code>next-smart-cache start</code> sends them. Next compresses the plain files itself, with gzip, for each request.
        That saves {formatBytes(plain.bytes - hashed.bytes)}. The large gain begins with the second visit.
      </>
    ),
  },
  {
    id: 'how-own',
    question: 'How do I see it in my own browser?',
    answer: (
      <>
        Choose <em>Slow 4G</em> in the network panel of the developer tools. Make sure that <em>Disable cache</em> is off. Then follow{' '}
        <a href="#this-visit">Repeat this visit</a> on both pages. Do not use the reload button: it makes the browser ask for every file
        again.
      </>
    ),
  },
];

/** Bootstrap's accordion. Bootstrap's own script opens and closes it. */
export function HowItIsMeasured() {
  return (
    <section className="container section" id="how" aria-labelledby="how-heading">
      <h2 id="how-heading">How it is measured</h2>
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
