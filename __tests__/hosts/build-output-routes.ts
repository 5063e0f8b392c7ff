/**
 * Works out which file or function answers a request on Vercel, from the
 * `routes` of `.vercel/output/config.json`
 * (https://vercel.com/docs/build-output-api/configuration#routes). The docs
 * name the phases. Their order is that of `vercel dev` and of the comments in
 * `@vercel/next`, which writes the routes.
 */

type Phase = 'start' | 'filesystem' | 'resource' | 'rewrite' | 'hit' | 'miss' | 'error';

/** One entry of `routes`: a route, or the start of a phase. */
export interface OutputRoute {
  handle?: Exclude<Phase, 'start'>;
  /** A regular expression over the whole path. */
  src?: string;
  dest?: string;
  headers?: Record<string, string>;
  methods?: string[];
  /** Whether the search goes on with the routes after this one. */
  continue?: boolean;
  /** Whether the route ends the search only if its `dest` is an output. */
  check?: boolean;
  status?: number;
  has?: Condition[];
  missing?: Condition[];
  /** Whether the headers replace those of earlier phases. */
  important?: boolean;
  caseSensitive?: boolean;
}

interface Condition {
  type: 'header' | 'cookie' | 'query' | 'host';
  key?: string;
  value?: string;
}

/** The parts of a request that routes match. */
export interface RoutedRequest {
  /** Path and query. */
  url: string;
  method?: string;
  /** By lower-case name. */
  headers?: Readonly<Record<string, string | undefined>>;
}

/** The outcome of the routes for a request. */
export interface Resolution {
  /** The path of the output that answers. `undefined`: none does. */
  output: string | undefined;
  query: URLSearchParams;
  /** `undefined`: that of the output. */
  status: number | undefined;
  /** By lower-case name. */
  headers: Record<string, string>;
}

/**
 * Walks through the routes.
 *
 * @param hasOutput whether a static file, a function or a prerendered page has this path.
 * @param isFolder whether a folder of static files has this path. Default: none has.
 */
export function resolveRoutes(
  routes: readonly OutputRoute[],
  request: RoutedRequest,
  hasOutput: (path: string) => boolean,
  isFolder: (path: string) => boolean = () => false,
): Resolution {
  const phases = groupByPhase(routes);
  const { pathname, searchParams } = new URL(request.url, ORIGIN);
  const state = { path: pathname, query: searchParams, status: undefined as number | undefined, headers: {} as Record<string, string> };

  /** @returns whether the search goes `on`, or has ended with a `hit` or with `nothing`. */
  function walk(phase: Phase, isWanted: (route: OutputRoute) => boolean = () => true): 'on' | 'hit' | 'nothing' {
    for (const route of (phases.get(phase) ?? []).filter(isWanted)) {
      const parameters = matchRoute(route, state.path, state.query, request);
      if (parameters === undefined) continue;
      for (const [key, value] of Object.entries(route.headers ?? {})) {
        const name = key.toLowerCase();
        const isLate = phase === 'hit' || phase === 'miss';
        if (isLate && name in state.headers && !route.important) continue;
        state.headers[name] = fillIn(value, parameters);
      }
      if (route.dest !== undefined) {
        const destination = new URL(fillIn(route.dest, parameters), ORIGIN);
        for (const [name, value] of state.query) if (!destination.searchParams.has(name)) destination.searchParams.append(name, value);
        state.path = destination.pathname;
        state.query = destination.searchParams;
      }
      if (phase !== 'hit') state.status = route.status ?? state.status;
      if (route.continue) continue;
      if (hasOutput(state.path)) return 'hit';
      if (!route.check || (route.status !== undefined && phase !== 'miss')) return 'nothing';
      if (phase !== 'miss' && walk('miss') === 'hit') return 'hit';
    }
    return 'on';
  }

  function search(): 'on' | 'hit' | 'nothing' {
    const started = walk('start');
    if (started !== 'on' || 'location' in state.headers) return started;
    if (hasOutput(state.path)) return 'hit';
    for (const phase of ['miss', 'filesystem', 'rewrite'] as const) {
      const found = walk(phase);
      if (found !== 'on') return found;
      if (hasOutput(state.path)) return 'hit';
    }
    return isFolder(state.path) ? walk('resource') : 'on';
  }

  const found = search();
  if (found === 'hit') walk('hit');
  else if ('location' in state.headers) return { ...state, output: undefined };
  else {
    const status = state.status ?? 404;
    state.status = status;
    if (walk('error', (route) => route.status === status) !== 'hit') return { ...state, output: undefined };
  }
  return { ...state, output: state.path };
}

const ORIGIN = 'http://output.invalid';

function groupByPhase(routes: readonly OutputRoute[]): Map<Phase, OutputRoute[]> {
  const phases = new Map<Phase, OutputRoute[]>();
  let phase: Phase = 'start';
  for (const route of routes) {
    if (route.handle) phase = route.handle;
    else phases.set(phase, [...(phases.get(phase) ?? []), route]);
  }
  return phases;
}

type Parameters = Record<string, string | undefined>;

/** @returns the matches of the groups in the patterns; `undefined` if the route does not apply. */
function matchRoute(route: OutputRoute, path: string, query: URLSearchParams, request: RoutedRequest): Parameters | undefined {
  const { src = '.*', methods, has = [], missing = [], caseSensitive } = route;
  const pattern = new RegExp(`^(?:${src.replace(/^\^/, '').replace(/\$$/, '')})$`, caseSensitive ? '' : 'i');
  const match = pattern.exec(path);
  if (match === null || (methods && !methods.includes(request.method ?? 'GET'))) return undefined;
  const parameters: Parameters = { ...Object.fromEntries(match.entries()), ...match.groups };
  for (const condition of has) {
    const found = matchCondition(condition, query, request);
    if (found === undefined) return undefined;
    Object.assign(parameters, found);
  }
  return missing.some((condition) => matchCondition(condition, query, request) !== undefined) ? undefined : parameters;
}

function matchCondition(
  { type, key = '', value }: Condition,
  query: URLSearchParams,
  { headers = {} }: RoutedRequest,
): Parameters | undefined {
  const cookies = new URLSearchParams((headers.cookie ?? '').replaceAll(/;\s*/g, '&'));
  const actual = {
    header: headers[key.toLowerCase()],
    host: headers.host,
    query: query.get(key) ?? undefined,
    cookie: cookies.get(key) ?? undefined,
  }[type];
  if (actual === undefined || value === undefined) return actual === undefined ? undefined : {};
  const match = new RegExp(`^(?:${value})$`).exec(actual);
  return match === null ? undefined : { ...match.groups };
}

function fillIn(text: string, parameters: Parameters): string {
  return text.replace(/\$(\d+|[A-Za-z]\w*)/g, (_, name: string) => parameters[name] ?? '');
}
