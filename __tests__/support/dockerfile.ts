import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** A built image: its folder, and the `CMD` with its `ENV`, to be run in the `WORKDIR`. */
export interface BuiltImage {
  workdir: string;
  command: string[];
  env: Record<string, string>;
}

interface BuildInput {
  dockerfile: string;
  dockerignore: string;
  /** The build context. */
  context: string;
  /** An empty folder for the files of the stages. */
  target: string;
  /** Keeps the cache mounts, from build to build. */
  mounts: string;
}

/** One stage: a folder that takes the place of `/`. The base image is this machine. */
interface Stage extends BuiltImage {
  root: string;
}

/**
 * Runs the steps of a Dockerfile without Docker: each stage in an empty folder,
 * which sees no other stage but by `COPY --from`. Knows what the Dockerfile of
 * the docs uses, and refuses everything else. A cache mount is there during its
 * `RUN` and in no stage afterwards. `USER` and `--chown` are read, not obeyed.
 */
export function buildImage({ dockerfile, dockerignore, context, target, mounts }: BuildInput): BuiltImage {
  const stages: (Stage & { name: string | undefined })[] = [];
  const ignored = new Set(linesOf(dockerignore));
  for (const line of linesOf(dockerfile)) {
    const [, instruction = '', rest = ''] = /^([A-Z]+) +(.+)$/.exec(line) ?? [];
    const stage = stages.at(-1);
    if (instruction === 'FROM') {
      const [, name] = /^node:[\w.-]+(?: AS (\w+))?$/.exec(rest) ?? refuse(line);
      const root = path.join(target, String(stages.length));
      fs.mkdirSync(root, { recursive: true });
      stages.push({ name, root, workdir: root, command: [], env: {} });
    } else if (stage === undefined) {
      refuse(line);
    } else if (instruction === 'WORKDIR' && rest.startsWith('/')) {
      stage.workdir = path.join(stage.root, rest);
      fs.mkdirSync(stage.workdir, { recursive: true });
    } else if (instruction === 'ENV') {
      for (const setting of rest.split(' ')) {
        const [, key = '', value = ''] = /^(\w+)=([\w.]+)$/.exec(setting) ?? refuse(line);
        stage.env[key] = value;
      }
    } else if (instruction === 'COPY') {
      copy(rest, stage);
    } else if (instruction === 'RUN') {
      const [, mount, command = ''] = /^(?:--mount=type=cache,target=(\/\S+) )?([^-].*)$/.exec(rest) ?? refuse(line);
      withMount(mount, stage, () => run(command, stage));
    } else if (instruction === 'CMD') {
      stage.command = JSON.parse(rest) as string[];
    } else if (!/^(?:USER node|EXPOSE \d+)$/.test(line)) {
      refuse(line);
    }
  }
  return stages.at(-1) ?? refuse('a file without FROM');

  function copy(rest: string, stage: Stage): void {
    const [, stageName, names = ''] = /^(?:--from=(\w+) )?(?:--chown=node:node )?([^-].*)$/.exec(rest) ?? refuse(`COPY ${rest}`);
    const from = stageName === undefined ? undefined : (stages.find(({ name }) => name === stageName) ?? refuse(`COPY ${rest}`));
    const paths = names.split(' ');
    const destination = paths.pop() ?? '';
    if (paths.length === 0 || !/^\.(?:\/|$)/.test(destination)) refuse(`COPY ${rest}`);
    for (const source of paths) {
      const file = path.join(from?.root ?? context, source);
      const isFolder = fs.statSync(file).isDirectory();
      // Docker copies the contents of a folder, not the folder itself.
      const to = path.join(stage.workdir, destination, isFolder ? '' : path.basename(source));
      const isTaken = (name: string) => from !== undefined || !ignored.has(path.relative(context, name));
      fs.cpSync(file, to, { recursive: true, verbatimSymlinks: true, filter: isTaken });
    }
  }

  function withMount(mount: string | undefined, { root }: Stage, act: () => void): void {
    if (mount === undefined) {
      act();
      return;
    }
    const [kept, place] = [path.join(mounts, encodeURIComponent(mount)), path.join(root, mount)];
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.mkdirSync(kept, { recursive: true });
    fs.renameSync(kept, place);
    act();
    fs.renameSync(place, kept);
  }
}

function run(command: string, { workdir, env }: Stage): void {
  // The steps get only the variables of this process that a shell and npm need.
  const { PATH, HOME, TMPDIR = '/tmp' } = process.env;
  try {
    execFileSync('/bin/sh', ['-c', command], {
      cwd: workdir,
      env: { PATH, HOME, TMPDIR, ...env } as unknown as NodeJS.ProcessEnv,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`RUN ${command} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** The instructions, without comments and empty lines. */
function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function refuse(line: string): never {
  throw new Error(`the tests cannot interpret this line of the Dockerfile: ${line}`);
}
