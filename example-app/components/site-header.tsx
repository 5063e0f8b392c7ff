import { type LinkMode, PAGE_OF_MODE } from '@/lib/link-mode';
import { FileImage } from './file-image';

const LABELS: Record<LinkMode, string> = { hashed: 'Hashed URLs', plain: 'Plain URLs' };
const MODES: readonly LinkMode[] = ['hashed', 'plain'];

export function SiteHeader({ mode }: { mode: LinkMode }) {
  return (
    <header className="site-header">
      <a className="visually-hidden-focusable skip-link" href="#main">
        Skip to content
      </a>
      <div className="container d-flex flex-wrap align-items-center justify-content-between gap-3 py-3">
        <a className="brand" href="/">
          <FileImage path="/img/logo.svg" mode={mode} width={32} height={32} />
          next-smart-cache
        </a>
        <nav aria-label="URLs of the files">
          <ul className="mode-switch">
            {MODES.map((other) => (
              <li key={other}>
                {/* Not <Link>: a visit begins with a navigation. */}
                <a href={PAGE_OF_MODE[other]} aria-current={other === mode ? 'page' : undefined}>
                  {LABELS[other]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </header>
  );
}
