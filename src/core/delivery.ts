import type { ErrorParts } from './errors.js';

/** Where hashed URLs point: to a path that a rewrite maps to the store, or below Next's own static folder. */
export type Delivery = 'rewrite' | 'static';

/** A place where an app is built, as far as delivery is concerned. */
export interface Host {
  name: string;
  isRecognised(build: BuildSettings): boolean;
  delivery: Delivery;
  /** How hashed URLs of rewrite delivery fail on this host. Absent where they work. */
  brokenRewrites?: string;
}

/** The facts about a build that tell its host. */
export interface BuildSettings {
  /** The environment variables of the build. */
  env: Readonly<Record<string, string | undefined>>;
  /** Next's `output`. */
  output?: string | undefined;
  /** Next's `adapterPath`, from the config. */
  adapterPath?: string | undefined;
}

/** A delivery, and the reason for it. */
export interface DeliveryChoice {
  delivery: Delivery;
  /** Why, in a few words; `undefined` when it is the plain default. */
  reason: string | undefined;
  /** Set when the option contradicts the host. */
  warning?: ErrorParts;
}

const NO_FILE_AFTER_REWRITE = 'the host looks for files before it applies rewrites, so every hashed URL is a 404';

/**
 * The hosts that `delivery: 'auto'` recognises; the first that matches counts.
 * Hosts that need static delivery come first, since static delivery works
 * everywhere: `vercel env pull` leaves `VERCEL=1` in `.env.local`, which a
 * later build for another host reads too.
 */
export const HOSTS: readonly Host[] = [
  {
    // https://docs.netlify.com/build/configure-builds/environment-variables/#build-metadata
    name: 'Netlify',
    isRecognised: ({ env }) => isSet(env.NETLIFY),
    delivery: 'static',
    // https://github.com/opennextjs/opennextjs-netlify/issues/2628
    brokenRewrites: 'rewrites do not reach the files of .next/static, so every hashed URL is a 404',
  },
  {
    // https://developers.cloudflare.com/pages/configuration/build-configuration/#environment-variables
    // https://developers.cloudflare.com/workers/ci-cd/builds/configuration/#environment-variables
    name: 'Cloudflare',
    isRecognised: ({ env }) => isSet(env.CF_PAGES) || isSet(env.WORKERS_CI),
    delivery: 'static',
    brokenRewrites: NO_FILE_AFTER_REWRITE,
  },
  {
    // https://docs.aws.amazon.com/amplify/latest/userguide/environment-variables.html
    name: 'AWS Amplify',
    isRecognised: ({ env }) => isSet(env.AWS_APP_ID),
    delivery: 'static',
    brokenRewrites: NO_FILE_AFTER_REWRITE,
  },
  {
    // OpenNext sets it for the build command, and so do the adapters of Firebase App Hosting and Netlify.
    // `output: 'standalone'` does not set it.
    name: 'OpenNext',
    isRecognised: ({ env }) => isSet(env.NEXT_PRIVATE_STANDALONE),
    delivery: 'static',
    brokenRewrites: NO_FILE_AFTER_REWRITE,
  },
  {
    // https://vercel.com/docs/environment-variables/system-environment-variables
    name: 'Vercel',
    isRecognised: ({ env }) => isSet(env.VERCEL),
    delivery: 'rewrite',
  },
  {
    // https://nextjs.org/docs/app/api-reference/config/next-config-js/adapterPath
    name: 'a Next adapter',
    isRecognised: ({ env, adapterPath }) => Boolean(adapterPath) || isSet(env.NEXT_ADAPTER_PATH),
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
