import { ShowcasePage } from '@/components/showcase-page';

export default function HashedPage() {
  return <ShowcasePage mode="hashed" />;
}
