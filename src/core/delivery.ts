import type { ErrorParts } from './errors.js';
import type { HostLimits } from './host-limits.js';
import { IMMUTABLE_STORE_URL, STORE_URL } from './rewrite-rules.js';

/** Where hashed URLs point: to a path that a rewrite maps to the store, or below Next's own static folder. */
export type Delivery = 'rewrite' | 'static';

/** A place where an app is built, as far as delivery is concerned. */
export interface Host {
  name: string;
  isRecognised(build: BuildSettings): boolean;
  delivery: Delivery;
  /** How hashed URLs of rewrite delivery fail on this host. Absent where they work. */
  brokenRewrites?: string;
  /** Variables that its own machines set together with `CI`. */
  ciVariables?: readonly string[];
  /** What a deploy may hold. Absent where no limit is documented, or where none is near. */
  limits?: HostLimits;
}

/** The facts about a build that tell its host. */
export interface BuildSettings {
  /** The environment variables of the build. */
  env: Readonly<Record<string, string | undefined>>;
  /** Next's `output`. */
  output?: string | undefined;
  /** Next's `adapterPath`, from the config. */
  adapterPath?: string | undefined;
  /** Whether the app has a wrangler configuration, as each app for Cloudflare has that is built elsewhere. */
  hasWranglerConfig?: boolean | undefined;
  /** Next's `supportsImmutableAssets`, from the config; `false` for a Next that does not have it. Default: the adapter decides. */
  supportsImmutableAssets?: boolean | undefined;
}

/** A delivery, and the reason for it. */
export interface DeliveryChoice {
  delivery: Delivery;
  /** Why, in a few words; `undefined` when it is the plain default. */
  reason: string | undefined;
  /** Set when the option contradicts the host. */
  warning?: ErrorParts;
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

/**
 * Decides where hashed URLs point. The same input gives the same answer in
 * every process, so that `next-smart-cache build` and `next build` agree.
 *
 * @param wanted the `delivery` option.
 * @example chooseDelivery('auto', { env: { NETLIFY: 'true' } }) // { delivery: 'static', reason: 'Netlify' }
 */
export function chooseDelivery(wanted: Delivery | 'auto', build: BuildSettings): DeliveryChoice {
  const isExport = build.output === 'export';
  const host = HOSTS.find(({ isRecognised }) => isRecognised(build));
  if (wanted !== 'auto') {
    const warning = wanted === 'rewrite' ? warnOfBrokenRewrites(host) : undefined;
    return { delivery: wanted, reason: 'set in the options', ...(warning && { warning }) };
  }
  if (isExport) return { delivery: 'static', reason: "output: 'export'" };
  return { delivery: host?.delivery ?? 'rewrite', reason: host?.name };
}

/**
 * The lines in which the build says which delivery it has, and why: none for
 * the plain default. A second line names a variable that may be set by mistake.
 *
 * @example describeDelivery(choice, build) // ['delivery: static (OpenNext)']
 */
export function describeDelivery({ delivery, reason }: DeliveryChoice, build: BuildSettings): string[] {
  if (reason === undefined) return [];
  const recognised = HOSTS.filter(({ isRecognised }) => isRecognised(build));
  const host = recognised.find(({ name }) => name === reason);
  return [`delivery: ${delivery} (${reason})`, ...(host ? [...doubtOf(host, build), ...overruledBy(host, recognised, build)] : [])];
}

function doubtOf({ name, ciVariables = [] }: Host, { env }: BuildSettings): string[] {
  const variable = isSet(env.CI) ? undefined : ciVariables.find((candidate) => isSet(env[candidate]));
  if (variable === undefined) return [];
  return [`${variable} is set, and CI is not: if this build is not for ${name}, unset ${variable}, or set "delivery" in the options`];
}

function overruledBy(host: Host, recognised: readonly Host[], build: BuildSettings): string[] {
  const other = recognised.find(({ delivery }) => delivery === 'rewrite' && host.delivery === 'static');
  const variable = other && Object.keys(build.env).find((candidate) => other.isRecognised({ env: { [candidate]: build.env[candidate] } }));
  return variable === undefined ? [] : [`${variable}, which marks ${other?.name}, is set too, and ignored: static delivery works on both`];
}

/** What a deploy of this build may hold, as far as that is known. */
export function findHostLimits(build: BuildSettings): HostLimits | undefined {
  const limits = HOSTS.find(({ isRecognised }) => isRecognised(build))?.limits ?? (build.hasWranglerConfig ? CLOUDFLARE_LIMITS : undefined);
  // An export has no server.
  return limits?.serverBytes !== undefined && build.output === 'export' ? undefined : limits;
}

/**
 * Decides below which folder the URLs that need no rewrite are.
 *
 * An adapter says in its `modifyConfig` whether it supports immutable assets,
 * which is after `next-smart-cache build` and after `withSmartCache`. So with
 * an adapter, the folder is the immutable one, unless the config forbids it.
 * Without the adapter's support, the folder is an ordinary static folder for Next.
 *
 * @param isContentHash whether a URL has the same bytes in all deploys.
 */
export function chooseStoreUrl(delivery: Delivery, build: BuildSettings, isContentHash: boolean): string {
  const { supportsImmutableAssets = hasAdapter(build) } = build;
  return delivery === 'static' && isContentHash && supportsImmutableAssets ? IMMUTABLE_STORE_URL : STORE_URL;
}

function hasAdapter({ env, adapterPath }: BuildSettings): boolean {
  return Boolean(adapterPath) || isSet(env.NEXT_ADAPTER_PATH);
}

function warnOfBrokenRewrites(host: Host | undefined): ErrorParts | undefined {
  if (host?.brokenRewrites === undefined) return undefined;
  return {
    what: `Hashed URLs do not work on this host (${host.name})`,
    where: `delivery: 'rewrite'`,
    why: host.brokenRewrites,
    fix: `remove "delivery" from the options of withSmartCache, or set it to 'static'`,
  };
}

/** `''`, `0` and `false` are how people switch a variable off. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase());
}
