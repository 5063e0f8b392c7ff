import type { Metadata } from 'next';
import { ShowcasePage } from '@/components/showcase-page';

export const metadata: Metadata = { title: 'Plain URLs' };

export default function PlainPage() {
  return <ShowcasePage mode="plain" />;
}
