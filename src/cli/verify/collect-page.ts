import type { Answer } from './answer.js';
import type { Ask } from './ask.js';
import { toHttpUrl } from './linked-files.js';
import type { PageEvidence, Redirect } from './site-evidence.js';
import { withoutCredentials } from './target-url.js';

/** More than this is no page. */
export const MAX_PAGE_BYTES = 10_000_000;
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Asks for a page, and where it leads to. */
export async function collectPage(target: URL, ask: Ask): Promise<Pick<PageEvidence, 'url' | 'redirects' | 'answer'>> {
  const redirects: Redirect[] = [];
  for (let url = target; ; ) {
    const answer = await ask(url, { maxBytes: MAX_PAGE_BYTES, keepBytes: MAX_PAGE_BYTES });
    const { location } = answer.headers;
    if (answer.status === undefined || !REDIRECTS.has(answer.status) || location === undefined) return { url, redirects, answer };
    redirects.push({ url: url.href, status: answer.status, location });
    const next = toHttpUrl(location, url.href);
    const problem = problemWith(next, redirects);
    if (next === undefined || problem) return { url, redirects, answer: withProblem(answer, problem ?? '') };
    url = withoutCredentials(new URL(next));
  }
}

function problemWith(next: string | undefined, redirects: readonly Redirect[]): string | undefined {
  if (next === undefined) return `the redirect leads to "${redirects.at(-1)?.location}", which is no http or https URL`;
  if (redirects.some(({ url }) => url === next))
    return `the redirects go in a circle: ${[...redirects.map(({ url }) => url), next].join(' → ')}`;
  return redirects.length > MAX_REDIRECTS ? `there are more than ${MAX_REDIRECTS} redirects, one after the other` : undefined;
}

function withProblem(answer: Answer, detail: string): Answer {
  const fix = 'pass the URL that the page ends up at; some sites lead those in circles that bring no cookie';
  return { ...answer, trouble: { kind: 'redirects', detail, fix } };
}
