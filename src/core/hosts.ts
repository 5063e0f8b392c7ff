import type { ErrorParts } from './errors.js';
import { formatBytes, formatCount, listFew } from './message-text.js';

/** Where hashed URLs point: to a path that a rewrite maps to the store, or into Next's own static folder. */
export type Delivery = 'rewrite' | 'static';

/** A place where an app is built. */
export interface Host {
  name: string;
  isRecognised(build: BuildSettings): boolean;
  delivery: Delivery;
  /** The way in which hashed URLs of rewrite delivery fail on this host. Absent where they work. */
  brokenRewrites?: string;
  /** The variables that its own machines set together with `CI`. */
  ciVariables?: readonly string[];
  /** Absent where no limit is documented, or where no app comes near to one. */
  limits?: HostLimits;
}

/** The facts about a build that tell its host. */
export interface BuildSettings {
  env: Readonly<Record<string, string | undefined>>;
  /** Next's `output`. */
  output?: string | undefined;
  /** Next's `adapterPath`, from the config. */
  adapterPath?: string | undefined;
  /** Whether the app has a wrangler configuration, as every Cloudflare app built elsewhere has. */
  hasWranglerConfig?: boolean | undefined;
  /** Next's `supportsImmutableAssets`, from the config; `false` for a Next that does not have it. Default: the adapter decides. */
  supportsImmutableAssets?: boolean | undefined;
}

/** The most that a host accepts in one deploy. */
export interface HostLimits {
  /** Its name, for messages. */
  host: string;
  files?: number;
  /** The plans that `files` applies to. */
  filesNote?: string;
  /** Bytes of one file. */
  fileBytes?: number;
  /** Bytes of all files together, with the server. */
  serverBytes?: number;
  /** URL that documents these limits. */
  source: string;
}

/** The names of a wrangler configuration, in the order in which wrangler looks for them. */
export const WRANGLER_FILES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml'];

/** The constants MAX_ASSET_COUNT and MAX_ASSET_SIZE of wrangler are the same. */
const CLOUDFLARE_LIMITS: HostLimits = {
  host: 'Cloudflare',
  files: 20_000,
  filesNote: 'on its free plan, and 100,000 on paid ones',
  fileBytes: 25 * 1024 ** 2,
  source: 'https://developers.cloudflare.com/workers/platform/limits/',
};

const NO_FILE_AFTER_REWRITE = 'rewrites do not reach the files of .next/static on this host, so every hashed URL is a 404';

/**
 * The hosts that `delivery: 'auto'` recognises; the first that matches counts.
 * Hosts that need static delivery come first, since static delivery works
 * everywhere: `vercel env pull` leaves `VERCEL=1` in `.env.local`, which a
 * later build for another host reads too. docs/DEPLOYING.md shows this table.
 */
export const HOSTS: readonly Host[] = [
  {
    // In Netlify's CI: https://docs.netlify.com/build/configure-builds/environment-variables/#build-metadata
    // `netlify build` on a laptop sets NETLIFY_LOCAL instead:
    // https://github.com/netlify/build/blob/main/packages/config/src/env/main.ts
    name: 'Netlify',
    ciVariables: ['NETLIFY'],
    isRecognised: ({ env }) => isSet(env.NETLIFY) || isSet(env.NETLIFY_LOCAL),
    delivery: 'static',
    // https://github.com/opennextjs/opennextjs-netlify/issues/2628
    brokenRewrites: NO_FILE_AFTER_REWRITE,
  },
  {
    // https://developers.cloudflare.com/pages/configuration/build-configuration/#environment-variables
    // https://developers.cloudflare.com/workers/ci-cd/builds/configuration/#environment-variables
    name: 'Cloudflare',
    ciVariables: ['CF_PAGES', 'WORKERS_CI'],
    isRecognised: ({ env }) => isSet(env.CF_PAGES) || isSet(env.WORKERS_CI),
    delivery: 'static',
    brokenRewrites: NO_FILE_AFTER_REWRITE,
    limits: CLOUDFLARE_LIMITS,
  },
  {
    // https://docs.aws.amazon.com/amplify/latest/userguide/environment-variables.html
    name: 'AWS Amplify',
    isRecognised: ({ env }) => isSet(env.AWS_APP_ID),
    delivery: 'static',
    // https://github.com/aws-amplify/amplify-hosting/issues/3619
    brokenRewrites: NO_FILE_AFTER_REWRITE,
    limits: {
      host: 'AWS Amplify',
      serverBytes: 220e6,
      source: 'https://docs.aws.amazon.com/amplify/latest/userguide/troubleshooting-SSR.html',
    },
  },
  {
    // The host serves files apart from the server: https://learn.microsoft.com/azure/static-web-apps/nextjs
    // GitHub passes the token of its deploy action as this variable: https://github.com/unjs/std-env/blob/main/src/providers.ts
    name: 'Azure Static Web Apps',
    isRecognised: ({ env }) => isSet(env.INPUT_AZURE_STATIC_WEB_APPS_API_TOKEN),
    delivery: 'static',
    limits: { host: 'Azure Static Web Apps', serverBytes: 250e6, source: 'https://learn.microsoft.com/azure/static-web-apps/nextjs' },
  },
  {
    // Firebase's own packages recognise it so: https://github.com/firebase/firebase-js-sdk/blob/main/packages/util/postinstall.js
    // Rewrites are not known to break: the adapter starts Next's own server with `public` and `.next/static`.
    // https://github.com/FirebaseExtended/firebase-framework-tools/tree/main/packages/%40apphosting/adapter-nextjs
    name: 'Firebase App Hosting',
    isRecognised: ({ env }) => env.X_GOOGLE_TARGET_PLATFORM === 'fah',
    delivery: 'static',
  },
  {
    // OpenNext sets it for the build command; SST builds with OpenNext. `output: 'standalone'` does not set it.
    // https://github.com/opennextjs/opennextjs-aws/blob/main/packages/open-next/src/build/buildNextApp.ts
    // `next build && opennextjs-cloudflare build --skipNextBuild` sets no variable, and needs `output: 'standalone'`.
    name: 'OpenNext',
    isRecognised: ({ env, output, hasWranglerConfig }) =>
      isSet(env.NEXT_PRIVATE_STANDALONE) || (output === 'standalone' && hasWranglerConfig === true),
    delivery: 'static',
    brokenRewrites: NO_FILE_AFTER_REWRITE,
  },
  {
    // https://vercel.com/docs/environment-variables/system-environment-variables
    // The tests run its builder and its adapter: __tests__/hosts/vercel.test.ts.
    name: 'Vercel',
    isRecognised: ({ env }) => isSet(env.VERCEL),
    delivery: 'rewrite',
  },
  {
    // https://nextjs.org/docs/app/api-reference/config/next-config-js/adapterPath
    // The tests run an adapter of their own: __tests__/hosts/adapter.test.ts.
    name: 'a Next adapter',
    isRecognised: hasAdapter,
    delivery: 'static',
  },
];

/** The host that a build is for; `undefined` for a laptop, a server or a container. */
export function findHost(build: BuildSettings): Host | undefined {
  return HOSTS.find(({ isRecognised }) => isRecognised(build));
}

export function findHostLimits(build: BuildSettings): HostLimits | undefined {
  const limits = findHost(build)?.limits ?? (build.hasWranglerConfig ? CLOUDFLARE_LIMITS : undefined);
  // An export has no server.
  return limits?.serverBytes !== undefined && build.output === 'export' ? undefined : limits;
}

export function hasAdapter({ env, adapterPath }: BuildSettings): boolean {
  return Boolean(adapterPath) || isSet(env.NEXT_ADAPTER_PATH);
}

/** People switch a variable off with `''`, `0` or `false`. */
export function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase());
}

/** The files that a host receives besides Next's own. */
export interface Upload {
  /** Files of `public/` and their hashed copies, those of older deploys included. */
  files: number;
  bytes: number;
  /** The part of `files` that only older deploys need. */
  olderFiles: number;
  olderBytes: number;
  /** The files, largest first. */
  bySize: readonly { name: string; bytes: number; isOlder: boolean }[];
}

/** Warn at this part of a limit, since Next's own files are not counted. */
const NEAR = 0.9;
const NAMED = 5;

export function warnOfHostLimits(limits: HostLimits, { files, bytes, olderFiles, olderBytes, bySize }: Upload): ErrorParts[] {
  const { host, source } = limits;
  const warnings: ErrorParts[] = [];
  const fileBytes = limits.fileBytes ?? Number.POSITIVE_INFINITY;
  const tooLarge = bySize.filter((file) => file.bytes > fileBytes);
  if (tooLarge.length > 0) {
    const names = tooLarge.map((file) => `${file.name} (${inMebibytes(file.bytes)})`);
    warnings.push({
      what: `${host} does not accept files of more than ${inMebibytes(fileBytes)}`,
      where: listFew(names, NAMED),
      why: `the deploy would fail: ${source}`,
      fix: tooLarge.some(({ isOlder }) => !isOlder)
        ? 'put it into a bucket and link it by its URL there, or make it smaller'
        : 'set "keep: 0" in the options of withSmartCache for one build, so that no older deploy is served',
    });
  }
  const older = (amount: string) => (olderFiles > 0 ? `, ${amount} of them for older deploys` : '');
  const fix = `${olderFiles > 0 ? 'lower "keep", ' : ''}remove files from public/, or leave more of them out of the hashed ones: "exclude"`;
  if (limits.files !== undefined && files > limits.files * NEAR) {
    warnings.push({
      what: `${host} accepts ${formatCount(limits.files)} files in a deploy ${limits.filesNote ?? ''}`.trim(),
      where: `public/ and its hashed copies have ${formatCount(files)}${older(formatCount(olderFiles))}`,
      why: `Next's own files come on top of that: ${source}`,
      fix,
    });
  }
  if (limits.serverBytes !== undefined && bytes > limits.serverBytes * NEAR) {
    warnings.push({
      what: `${host} accepts ${formatBytes(limits.serverBytes)} in a deploy with a server`,
      where: `public/ and its hashed copies have ${formatBytes(bytes)}${older(formatBytes(olderBytes))}`,
      why: `the server and Next's own files come on top of that: ${source}`,
      fix,
    });
  }
  return warnings;
}

/** Rounds up, so that no file seems to be within a limit that it exceeds. */
function inMebibytes(bytes: number): string {
  return `${Math.ceil((bytes / 1024 ** 2) * 10) / 10} MiB`;
}
