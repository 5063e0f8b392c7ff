// Describes the machine and the versions that the figures were measured with.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export function describeMachine() {
  const [cpu] = os.cpus();
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB RAM`;
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${os.availableParallelism()} cores, ${memory}, ${operatingSystem()}`;
}

export function describeVersions(root, benchDir) {
  const next = readVersion(path.join(benchDir, 'node_modules', 'next'));
  return `Node ${process.versions.node}, Next ${next}, next-smart-cache ${readVersion(root)}`;
}

function readVersion(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).version;
}

function operatingSystem() {
  const kernel = `${os.type()} ${os.release()} ${os.arch()}`;
  try {
    const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(fs.readFileSync('/etc/os-release', 'utf8'))?.[1];
    return name ? `${name} (${kernel})` : kernel;
  } catch {
    return kernel;
  }
}
