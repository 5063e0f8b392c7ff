import { IMMUTABLE, request } from '../support/http';
import { createApp } from '../support/next-app';

const ESM = "import { withSmartCache } from 'next-smart-cache/config';";
const COMMONJS = "const { withSmartCache } = require('next-smart-cache/config');";
const OPTIONS = '{ hash: { length: 12 } }';

/** Every form that Next takes a config in. The option shows that the command line has read it as well. */
test.each([
  {
    name: 'CommonJS, object',
    file: 'next.config.js',
    text: `${COMMONJS} module.exports = withSmartCache({ basePath: '/x' }, ${OPTIONS});`,
  },
  {
    name: 'ESM in a package of type module, function',
    file: 'next.config.js',
    type: 'module',
    text: `${ESM} export default withSmartCache((phase, { defaultConfig }) => ({ ...defaultConfig, basePath: '/x' }), ${OPTIONS});`,
  },
  {
    name: 'ESM, asynchronous function',
    file: 'next.config.mjs',
    text: `${ESM} await null; export default withSmartCache(async () => ({ basePath: '/x' }), ${OPTIONS});`,
  },
  {
    name: 'ESM, a function around an object',
    file: 'next.config.mjs',
    text: `${ESM} export default () => withSmartCache({ basePath: '/x' }, ${OPTIONS});`,
  },
  {
    name: 'TypeScript, object',
    file: 'next.config.ts',
    text: `import type { NextConfig } from 'next'; ${ESM} const config: NextConfig = { basePath: '/x' }; export default withSmartCache(config, ${OPTIONS});`,
  },
  {
    name: 'TypeScript, asynchronous function, older Next',
    file: 'next.config.ts',
    line: 'previous',
    text: `${ESM} export default withSmartCache(async (phase: string) => ({ basePath: '/x', env: { phase } }), ${OPTIONS});`,
  },
] as const)('$name', async ({ file, text, ...rest }) => {
  const app = createApp('tiny', { line: 'line' in rest ? rest.line : 'latest' });
  try {
    app.write(file, text);
    if ('type' in rest) app.write('package.json', JSON.stringify({ ...JSON.parse(app.read('package.json')), type: rest.type }));
    const output = app.build();
    // The command line of `prebuild` and `withSmartCache` agree, so nothing had to be rebuilt.
    expect(output).not.toContain('missing or outdated');
    const server = await app.start();
    const html = (await request(server.origin, '/x')).body.toString();
    // sha256 of the file
    expect(html).toContain('/x/js/application.5eb6e7a9821e.js');
    expect((await request(server.origin, '/x/js/application.5eb6e7a9821e.js')).cacheControl).toBe(IMMUTABLE);
  } finally {
    await app.dispose();
  }
});
