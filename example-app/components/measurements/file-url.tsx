import { Fragment } from 'react';

interface Props {
  url: string;
  /** The asset path: what the URL has more than that is its hash, and marked. */
  highlight?: string;
}

/** A long URL that may break after each slash, and nowhere else. */
export function FileUrl({ url, highlight = url }: Props) {
  const { before, hash, after } = splitHash(url, highlight);
  return (
    <code>
      {before.split(/(?<=\/)/).map((segment, index, segments) => (
        <Fragment key={segments.slice(0, index + 1).join('')}>
          {segment}
          {index < segments.length - 1 && <wbr />}
        </Fragment>
      ))}
      {hash && <span className="hash">{hash}</span>}
      {after}
    </code>
  );
}

function splitHash(url: string, path: string): { before: string; hash: string; after: string } {
  const extension = path.slice(path.lastIndexOf('.'));
  const stem = path.slice(0, -extension.length);
  if (!url.startsWith(stem) || !url.endsWith(extension)) return { before: url, hash: '', after: '' };
  return { before: stem, hash: url.slice(stem.length, -extension.length), after: extension };
}
