#!/usr/bin/env node
import { runProcess } from './cli/run-process.js';
import { measureBuild } from './next/build-coverage.js';
import { findConfigFile } from './next/environment.js';
import { readBuiltSite } from './next/finished-build.js';
import { loadProject } from './next/load-project.js';

runProcess({
  loadProject,
  readBuiltSite,
  measureBuild,
  findConfigFile,
  async startServer(settings) {
    // On demand, because the other commands do not need Node's HTTP modules.
    const { startProductionServer } = await import('./next/production-server.js');
    const { createStoreHandler } = await import('./server/store-handler.js');
    return startProductionServer({ ...settings, createHandler: createStoreHandler });
  },
});
