import { Fragment } from 'react';

interface Props {
  url: string;
  /** Asset path: the URL is the same, with the hash before the extension, and perhaps a prefix. */
  path: string;
}

/** A URL with its hash highlighted. It may break after each slash. */
export function FileUrl({ url, path }: Props) {
  const extension = path.slice(path.lastIndexOf('.'));
  const stem = path.slice(0, -extension.length);
  const hashStart = url.lastIndexOf(stem) + stem.length;
  const hash = url.slice(hashStart, -extension.length);
  return (
    <code>
      {url
        .slice(0, hashStart)
        .split(/(?<=\/)/)
        .map((segment, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the segments of a URL never change their order.
          <Fragment key={index}>
            {index > 0 && <wbr />}
            {segment}
          </Fragment>
        ))}
      {hash && <span className="hash">{hash}</span>}
      {extension}
    </code>
  );
}
