// Every process of the benchmark is started here, so that Ctrl-C can end all of them.
import { spawn } from 'node:child_process';

const running = new Set();

/** Debian has nginx in /usr/sbin, which is not in every user's path. */
const PATH = `${process.env.PATH}:/usr/sbin`;

/**
 * Starts a process in a group of its own: what it starts itself (the workers
 * of `next build`) ends with it.
 */
export function start(command, args, { cwd, env } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  running.add(child);
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  // `exit` is the end of the process; `close` comes once all it wrote has arrived.
  const closed = new Promise((resolve) => child.once('close', resolve));
  return { child, output, exited, closed, stop: () => stop(child) };
}

/** Runs a process to its end and takes the wall time of all of it. Throws unless it exits with 0. */
export async function run(command, args, options) {
  const startedAt = performance.now();
  const { output, exited, closed } = start(command, args, options);
  const { code, signal } = await exited;
  const seconds = (performance.now() - startedAt) / 1000;
  await closed;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${signal ?? `exit code ${code}`}\n${output.stdout}${output.stderr}`);
  return { seconds, ...output };
}

export function stopAll() {
  for (const child of running) stop(child);
}

function stop(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
