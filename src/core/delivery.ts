import type { ErrorParts } from './errors.js';
import { type BuildSettings, type Delivery, findHost, HOSTS, type Host, hasAdapter, isSet } from './hosts.js';
import { IMMUTABLE_STORE_URL, STORE_URL } from './rewrite-rules.js';

export interface DeliveryChoice {
  delivery: Delivery;
  /** The reason in a few words; `undefined` for the plain default. */
  reason: string | undefined;
  /** Set when the option contradicts the host. */
  warning?: ErrorParts;
}

/**
 * Decides where hashed URLs point. The same input gives the same answer in
 * every process, so that `next-smart-cache build` and `next build` agree.
 *
 * @param wanted the `delivery` option.
 * @example chooseDelivery('auto', { env: { NETLIFY: 'true' } }) // { delivery: 'static', reason: 'Netlify' }
 */
export function chooseDelivery(wanted: Delivery | 'auto', build: BuildSettings): DeliveryChoice {
  const isExport = build.output === 'export';
  const host = findHost(build);
  if (wanted !== 'auto') {
    const warning = wanted === 'rewrite' ? warnOfBrokenRewrites(host) : undefined;
    return { delivery: wanted, reason: 'set in the options', ...(warning && { warning }) };
  }
  if (isExport) return { delivery: 'static', reason: "output: 'export'" };
  return { delivery: host?.delivery ?? 'rewrite', reason: host?.name };
}

/**
 * The lines that tell the user the delivery and the reason; none for the plain
 * default. A second line names a variable that may be set by mistake.
 *
 * @example describeDelivery(choice, build) // ['delivery: static (OpenNext)']
 */
export function describeDelivery({ delivery, reason }: DeliveryChoice, build: BuildSettings): string[] {
  if (reason === undefined) return [];
  const recognised = HOSTS.filter(({ isRecognised }) => isRecognised(build));
  const host = recognised.find(({ name }) => name === reason);
  return [
    `delivery: ${delivery} (${reason})`,
    ...(host ? [...describeDoubt(host, build), ...describeIgnoredVariable(host, recognised, build)] : []),
  ];
}

function describeDoubt({ name, ciVariables = [] }: Host, { env }: BuildSettings): string[] {
  const variable = isSet(env.CI) ? undefined : ciVariables.find((candidate) => isSet(env[candidate]));
  if (variable === undefined) return [];
  return [`${variable} is set, and CI is not: if this build is not for ${name}, unset ${variable}, or set "delivery" in the options`];
}

function describeIgnoredVariable(host: Host, recognised: readonly Host[], build: BuildSettings): string[] {
  const other = recognised.find(({ delivery }) => delivery === 'rewrite' && host.delivery === 'static');
  const variable = other && Object.keys(build.env).find((candidate) => other.isRecognised({ env: { [candidate]: build.env[candidate] } }));
  return variable === undefined ? [] : [`${variable}, which marks ${other?.name}, is set too, and ignored: static delivery works on both`];
}

/**
 * Decides in which folder the URLs that need no rewrite are.
 *
 * An adapter says in its `modifyConfig` whether it supports immutable assets:
 * after `next-smart-cache build` and `withSmartCache` have run. So any adapter
 * gets the immutable folder, unless the config forbids it. If the adapter does
 * not support it, Next treats it as an ordinary static folder.
 *
 * @param isContentHash whether a URL has the same bytes in all deploys.
 */
export function chooseStoreUrl(delivery: Delivery, build: BuildSettings, isContentHash: boolean): string {
  const { supportsImmutableAssets = hasAdapter(build) } = build;
  return delivery === 'static' && isContentHash && supportsImmutableAssets ? IMMUTABLE_STORE_URL : STORE_URL;
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
