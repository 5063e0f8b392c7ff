import { useEffect, useState } from 'react';
import type { FileLink } from '@/lib/file-link';
import { type FileTiming, timingsOf } from '@/lib/file-timing';

/** How this page's files were loaded; grows while more of them come in (fonts come late). */
export function useThisVisit(files: readonly FileLink[]): readonly FileTiming[] {
  const [timings, setTimings] = useState<readonly FileTiming[]>([]);
  useEffect(() => {
    const observer = new PerformanceObserver(() => setTimings(timingsOf(performance.getEntriesByType('resource'), files)));
    observer.observe({ type: 'resource', buffered: true });
    return () => observer.disconnect();
  }, [files]);
  return timings;
}
