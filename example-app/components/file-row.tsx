import type { FileLink } from '@/lib/file-link';
import type { FileTiming, Source } from '@/lib/file-timing';
import { formatBytes } from '@/lib/format';
import { FileUrl } from './file-url';

const LABELS: Record<Source, string> = { cache: 'cache', revalidated: 'cache, after a request', network: 'network' };
const ICONS: Record<string, string> = { css: 'style', js: 'script', woff2: 'font' };

interface Props {
  link: FileLink;
  /** `undefined` until the browser has loaded the file. */
  timing: FileTiming | undefined;
}

export function FileRow({ link: { path, url }, timing }: Props) {
  const extension = path.slice(path.lastIndexOf('.') + 1);
  return (
    <tr>
      <th scope="row" className={`icon-${ICONS[extension] ?? 'image'}`}>
        <FileUrl url={timing?.requestedAs ?? url} path={path} />
      </th>
      <td>{timing ? <span className={`source source-${timing.source}`}>{LABELS[timing.source]}</span> : '–'}</td>
      <td className="text-end">{timing ? formatBytes(timing.bytes) : '–'}</td>
    </tr>
  );
}
