import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import type { AssetPath } from 'next-smart-cache';
import { FileImage } from '@/components/file-image';
import { PageStylesAndScripts } from '@/components/page-styles-and-scripts';
import { isLinkMode } from '@/lib/link-mode';
import { LINKED_FILES } from '@/lib/page-files';
import { isRun } from '@/lib/run';

export const metadata: Metadata = { title: 'A visit to be measured', robots: { index: false } };

interface Props {
  params: Promise<{ mode: string }>;
  searchParams: Promise<{ run?: string | string[] }>;
}

/**
 * The files and nothing else, for `measureVisit`. The query makes them new to
 * the browser; hashed URLs keep it, and the hash stays the file's own.
 */
export default async function VisitPage({ params, searchParams }: Props) {
  const { mode } = await params;
  const { run } = await searchParams;
  if (!isLinkMode(mode) || !isRun(run)) notFound();
  const query = `?run=${run}`;
  const images = LINKED_FILES.filter(({ kind }) => kind === 'image');
  return (
    <>
      <PageStylesAndScripts mode={mode} query={query} />
      {images.map(({ path }) => (
        <FileImage key={path} path={`${path}${query}` as AssetPath} mode={mode} width={32} height={32} />
      ))}
    </>
  );
}
