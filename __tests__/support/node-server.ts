import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

export interface NodeServer {
  origin: string;
  /** The output of the server up to now. */
  output(): string;
  stop(): Promise<void>;
}

/** A server in a process of its own. */
export interface SpawnedServer extends NodeServer {
  /** Sends a signal to the server alone, and waits until it ends. */
  end(signal: NodeJS.Signals): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * Starts a Node script that listens on the port in `PORT`, and waits until it
 * answers there.
 */
export async function startNodeServer(
  args: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<SpawnedServer> {
  const port = await freePort();
  return startServer(process.execPath, args, { port, cwd, env: { ...env, PORT: String(port) } });
}

/** Starts a program that listens on a port, and waits until it answers there. */
export async function startServer(
  command: string,
  args: readonly string[],
  { port, ...options }: { port: number; cwd: string; env: NodeJS.ProcessEnv },
): Promise<SpawnedServer> {
  // A group of its own, so that the children of the program end with it.
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const stop = () => stopGroup(child);
  try {
    // Rejects if the program does not exist.
    await once(child, 'spawn');
    await listening(child, port, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  const end = async (signal: NodeJS.Signals) => {
    const exited = once(child, 'exit');
    child.kill(signal);
    const [exitCode, endedBy] = await exited;
    return { exitCode, signal: endedBy };
  };
  return { origin: `http://localhost:${port}`, output: () => output, stop, end };
}

/** Answers requests in this process, on a free port. */
export async function serveInProcess(answer: http.RequestListener): Promise<NodeServer> {
  const server = http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    origin: `http://localhost:${(server.address() as net.AddressInfo).port}`,
    output: () => '',
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listening(child: ChildProcess, port: number, output: () => string): Promise<void> {
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, 'localhost');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function stopGroup(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    process.kill(-child.pid, 'SIGKILL');
  });
}

/** Ports for this process: below those that the system gives to outgoing connections, and apart from those of other test processes. */
const PORTS = { first: 10_000 + (process.pid % 200) * 100, count: 100 };
let taken = 0;

/** A port on which nothing listens, and that the next 99 calls in this process do not return again. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < PORTS.count; attempt++) {
    const port = PORTS.first + (taken++ % PORTS.count);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port from ${PORTS.first} to ${PORTS.first + PORTS.count - 1}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
