import type { FileLink } from '@/lib/file-link';
import type { FileTiming, Source } from '@/lib/file-timing';
import { formatBytes, formatMilliseconds } from '@/lib/format';
import { FileUrl } from './file-url';

const LABELS: Record<Source, string> = { cache: 'cache', revalidated: 'asked again', network: 'network' };

interface Props {
  link: FileLink;
  /** None as long as nothing on the page asked for the file. */
  timing: FileTiming | undefined;
}

export function FileRow({ link, timing }: Props) {
  return (
    <tr>
      <th scope="row">
        <FileUrl url={link.path} />
      </th>
      <td className="file-url">
        <FileUrl url={timing?.requestedAs ?? link.url} highlight={link.path} />
      </td>
      <td>{timing ? <span className={`source source-${timing.source}`}>{LABELS[timing.source]}</span> : '–'}</td>
      <td className="text-end">{timing ? formatBytes(timing.bytes) : '–'}</td>
      <td className="text-end">{timing ? formatMilliseconds(timing.endedAt - timing.startedAt) : '–'}</td>
    </tr>
  );
}
