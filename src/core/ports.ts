/**
 * Ports that browsers refuse to open, so a site there looks dead: the list of
 * https://fetch.spec.whatwg.org/#port-blocking without 0, which asks the system for a
 * free port.
 */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117,
  119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636,
  989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** The largest number of a TCP port. */
const MAX_PORT = 65_535;

/** Why a text cannot be the port of a site, as a sentence; `undefined` if it can. */
export function describePortProblem(text: string): string | undefined {
  if (!/^\d+$/.test(text) || Number(text) > MAX_PORT) return `It must be a whole number from 0 to ${MAX_PORT}.`;
  if (BLOCKED_PORTS.has(Number(text))) return 'Browsers refuse to open this port, since it is reserved for another protocol.';
  return undefined;
}

/** The origin of a server, as a user on the same machine types it. */
export function localOrigin(port: number, hostname: string | undefined): string {
  if (hostname === undefined || hostname === '0.0.0.0') return `http://localhost:${port}`;
  if (hostname === '::') return `http://[::1]:${port}`;
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}
