// Usage: npm run measure:example [-- --rounds N]
//
// Writes the figures that the example app shows, and its screenshot for the
// README. Run it after a change of example-app/, on a machine that does nothing else.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../support/browser';
import { type ExampleApp, installExampleApp } from './example-app';
import { measureVisits, openWholePage } from './visits';

const repository = path.resolve(__dirname, '../..');

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
  const app = installExampleApp();
  try {
    const { measurement } = await measureVisits(app, Number(values.rounds));
    fs.writeFileSync(path.join(repository, 'example-app/measured-visits.json'), `${JSON.stringify(measurement, null, 2)}\n`);
    console.log(JSON.stringify(measurement.visits, null, 2));
    app.reset();
    await takeScreenshot(app, path.join(repository, 'docs/example.png'));
  } finally {
    app.dispose();
  }
}

/** The top of the page, on a repeat visit. */
async function takeScreenshot(app: ExampleApp, file: string): Promise<void> {
  app.build();
  const server = await app.start();
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1200, height: 1000 } });
    for (let visit = 0; visit < 2; visit++) {
      const page = await context.newPage();
      await openWholePage(page, server.origin);
      if (visit === 1) await page.screenshot({ path: file });
      await page.close();
    }
  } finally {
    await browser.close();
    await server.stop();
  }
}

void main();
