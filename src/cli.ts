#!/usr/bin/env node
import { type NextAccess, runProcess } from './cli/run-process.js';
import { findConfigFile } from './next/environment.js';
import { readBuiltSite } from './next/finished-build.js';
import { loadProject, redirectStdout } from './next/load-project.js';

/** Loaded on demand, since the reader of HTML is large and only "check" needs it. */
const measureBuild: NextAccess['measureBuild'] = (...args) =>
  (require('./next/build-coverage.js') as typeof import('./next/build-coverage.js')).measureBuild(...args);

runProcess({
  loadProject,
  readBuiltSite,
  measureBuild,
  findConfigFile,
  async startServer({ isStdoutForData, ...settings }) {
    // On demand, because the other commands do not need Node's HTTP modules.
    const { startProductionServer } = await import('./next/production-server.js');
    const { createStoreHandler } = await import('./server/store-handler.js');
    const start = () => startProductionServer({ ...settings, createHandler: createStoreHandler });
    return isStdoutForData ? redirectStdout(start) : start();
  },
});
