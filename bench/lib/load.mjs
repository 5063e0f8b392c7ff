// Requests per second of one URL, from wrk on a core of its own. A client in Node would be slower than the servers.
import { run } from './child-process.mjs';
import { onCore } from './cores.mjs';
import { interleave } from './interleave.mjs';

const CONNECTIONS = 32;
export const LOAD_SECONDS = 2;
const WARM_UP_SECONDS = 3;
const BUSY = 0.95;

/**
 * Warms all up, and then loads one after the other in each round.
 *
 * @param requests name → `url`; `headers` that the client sends besides `Host`; or a `script` for wrk that makes the requests.
 * @returns name → requests per second, one number a round.
 * @throws {Error} if an answer is not a success, or a connection breaks.
 */
export async function compareLoads(rounds, requests) {
  for (const request of Object.values(requests)) await measureLoad(request, WARM_UP_SECONDS);
  const contenders = Object.entries(requests).map(([name, request]) => [name, () => measureLoad(request, LOAD_SECONDS)]);
  return interleave(rounds, Object.fromEntries(contenders));
}

/**
 * Compares servers that differ little. Two processes of one program differ by up to 6 % for as long as they live, so each
 * round starts new ones. A process gets the requests of all kinds before any is measured, as on a site.
 *
 * @param starts name → async function that starts a server.
 * @param requests kind → async function from the origin to what {@link compareLoads} takes.
 * @returns kind → name → requests per second, one number a round.
 */
export async function compareProcesses(rounds, starts, requests) {
  const names = Object.keys(starts);
  const samples = Object.fromEntries(Object.keys(requests).map((kind) => [kind, Object.fromEntries(names.map((name) => [name, []]))]));
  const measureProcess = async (name, { origin }) => {
    const checked = [];
    for (const [kind, request] of Object.entries(requests)) checked.push([kind, await request(origin)]);
    for (const [, request] of checked) await measureLoad(request, LOAD_SECONDS);
    for (const [kind, request] of checked) samples[kind][name].push(await measureLoad(request, LOAD_SECONDS));
  };
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      const server = await starts[name]();
      await measureProcess(name, server).finally(server.stop);
      const latest = Object.entries(samples).map(([kind, of]) => `${kind} ${of[name].at(-1).toPrecision(3)}`);
      console.error(`  round ${round} of ${rounds}, ${name}: ${latest.join(', ')}`);
    }
  }
  return samples;
}

async function measureLoad({ url, headers = {}, script }, seconds) {
  const flags = ['--threads', '1', '--connections', String(CONNECTIONS), '--duration', `${seconds}s`, '--timeout', '10s'];
  for (const [name, value] of Object.entries(headers)) flags.push('--header', `${name}: ${value}`);
  if (script) flags.push('--script', script);
  const { stdout } = await run(...onCore('client', ['sh', '-c', '"$@"; times', 'sh', 'wrk', ...flags, url]));
  const problem = /(?:Non-2xx or 3xx responses|Socket errors):.*/.exec(stdout)?.[0];
  const rate = /^Requests\/sec:\s*([\d.]+)/m.exec(stdout)?.[1];
  if (problem !== undefined || rate === undefined) throw new Error(`${url}: ${problem ?? stdout}`);
  warnIfBusy(url, stdout, seconds);
  return Number(rate);
}

/** Above this share of a core, the client may be slower than the server, and would measure itself. */
function warnIfBusy(url, output, seconds) {
  // The last line of `times` is about children: user and system time, such as `0m1.250s 0m0.610s`.
  const [user, system] = output
    .trim()
    .split('\n')
    .at(-1)
    .split(' ')
    .map((time) => Number(time.split('m')[0]) * 60 + Number.parseFloat(time.split('m')[1]));
  const share = (user + system) / seconds;
  if (share > BUSY) console.error(`  wrk was busy for ${Math.round(share * 100)}% of the time: ${url} may be faster than measured`);
}
