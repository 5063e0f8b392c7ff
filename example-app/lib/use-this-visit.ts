import { useEffect, useState } from 'react';
import type { FileLink } from './file-link';
import { type FileTiming, timingsOf } from './file-timing';

/** How the browser loaded this page's files. The list grows while more files arrive: fonts come late. */
export function useThisVisit(files: readonly FileLink[]): readonly FileTiming[] {
  const [timings, setTimings] = useState<readonly FileTiming[]>([]);
  useEffect(() => {
    const observer = new PerformanceObserver(() => setTimings(timingsOf(performance.getEntriesByType('resource'), files)));
    observer.observe({ type: 'resource', buffered: true });
    return () => observer.disconnect();
  }, [files]);
  return timings;
}
