// `next start`, or `next dev`, on a free port, until it answers.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from './child-process.mjs';

const START_TIMEOUT_MS = 60_000;

export async function serve(nextBin, folder, command = 'start') {
  const port = await findFreePort();
  const server = start(process.execPath, [nextBin, command, '--hostname', '127.0.0.1', '--port', String(port)], {
    cwd: folder,
    env: { NEXT_TELEMETRY_DISABLED: '1' },
  });
  const origin = `http://127.0.0.1:${port}`;
  const failed = server.exited.then(() => {
    throw new Error(`next ${command} ended:\n${server.output.stdout}${server.output.stderr}`);
  });
  // Nobody waits for it any more once the server is up.
  failed.catch(() => {});
  await Promise.race([failed, untilItAnswers(origin)]);
  return { origin, stop: server.stop };
}

async function untilItAnswers(origin) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(origin).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`${origin} does not answer`);
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
