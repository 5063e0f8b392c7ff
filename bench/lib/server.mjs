// Starts a server on a free port of 127.0.0.1 and waits until it answers.
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from './child-process.mjs';

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 2;

/**
 * @param commandFor from the port to the command line, as an array.
 * @param path what the server has to answer with success. Default: the start page.
 * @returns `origin`, `pid`, `stop()`, and `seconds` from the start to that answer.
 * @throws {Error} if the process ends, or does not answer within a minute.
 */
export async function startServer(commandFor, { cwd, path = '/' } = {}) {
  const port = await findFreePort();
  const [command, args] = commandFor(port);
  const startedAt = performance.now();
  const { child, output, exited, stop } = start(command, args, { cwd, env: { NEXT_TELEMETRY_DISABLED: '1' } });
  const failed = exited.then(() => {
    throw new Error(`${command} ${args.join(' ')} ended:\n${output.stdout}${output.stderr}`);
  });
  // Once the server answers, no code waits for this promise any more.
  failed.catch(() => {});
  const origin = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([failed, untilItAnswers(origin + path)]);
  } catch (error) {
    stop();
    throw error;
  }
  return { origin, pid: child.pid, stop, seconds: (performance.now() - startedAt) / 1000 };
}

async function untilItAnswers(url) {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (await answers(url)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${url} does not answer`);
}

/** Without keep-alive: a connection that stays open would be one more for the server. */
function answers(url) {
  return new Promise((resolve) => {
    const request = http.get(url, { agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200));
    });
    request.once('error', () => resolve(false));
  });
}

function findFreePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
