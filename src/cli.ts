#!/usr/bin/env node
import { runProcess } from './cli/run-process.js';
import { measureBuild } from './next/build-coverage.js';
import { findConfigFile } from './next/environment.js';
import { readBuiltSite } from './next/finished-build.js';
import { loadProject } from './next/load-project.js';

runProcess({ loadProject, readBuiltSite, measureBuild, findConfigFile });
