// A live cluster: every listable kind that some policy reads, page by page, as raw JSON. What cannot be listed is reported and the
// rest goes on. Paging: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks

import type { Api, ApiAnswer } from '../../cluster/index.js';
import { field, isJsonObject, type JsonObject, type JsonValue } from '../../kubernetes/index.js';
import type { ObjectSource, SourceFailure, SourcePage } from './source.js';

/** A kind as discovery describes it. */
export interface ListableResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface ClusterSourceOptions {
  readonly api: Api;
  /** Whether objects of a kind have to be looked at. */
  wants(resource: ListableResource): boolean;
  /** Lower comes first: what matters most is known first, should the sweep not come to its end. */
  rank?(resource: ListableResource): number;
  /** Kinds that policies look up while others are judged; namespaces always. */
  readonly lookups: readonly { readonly group: string; readonly kind: string }[];
  /** Objects of a page. */
  readonly limit: number;
  /** Shortest time between two requests, in milliseconds: the API server has others to serve. */
  readonly interval: number;
  /** How often a request is tried. */
  readonly attempts: number;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Kinds done in a run before, `group/resource`: they are left out. */
  readonly done?: ReadonlySet<string>;
  /** Called when a kind is done. */
  onDone?(resource: string): void;
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);

const MAX_WAIT = 30_000;
const isPassing = ({ status }: { readonly status: number }): boolean =>
  status === 0 || status === 429 || status >= 500;

/** A client that waits between requests and tries again what may pass: no answer, 429 with its Retry-After, 5xx. */
function patient({
  api,
  interval,
  attempts,
  wait,
}: ClusterSourceOptions): (path: string) => Promise<ApiAnswer> {
  let next = 0;
  return async (path) => {
    for (let attempt = 1; ; attempt++) {
      const pause = next - performance.now();
      if (pause > 0) await wait(pause);
      next = performance.now() + interval;
      const answer = await api.send({ method: 'GET', path });
      if (answer.ok || !isPassing(answer) || attempt >= attempts) return answer;
      await wait(Math.min(MAX_WAIT, answer.retryAfter ?? 250 * 2 ** (attempt - 1)));
    }
  };
}

const failureOf = (
  what: string,
  { status, message }: { readonly status: number; readonly message: string },
): SourceFailure => ({
  what,
  message: status === 0 ? message : `${status}: ${message}`,
});

function resourcesIn(list: JsonObject, group: string, version: string): readonly ListableResource[] {
  return listOf(list.resources)
    .filter(isJsonObject)
    .filter(
      ({ name, verbs }) =>
        textOf(name) !== '' && !textOf(name).includes('/') && listOf(verbs).includes('list'),
    )
    .map(({ name, kind, namespaced }) => ({
      group,
      version,
      resource: textOf(name),
      kind: textOf(kind),
      namespaced: namespaced === true,
    }));
}

/** Every listable kind in the version the server prefers; groups that do not answer are failures. */
export async function discover(
  get: (path: string) => Promise<ApiAnswer>,
): Promise<{ readonly resources: readonly ListableResource[]; readonly failures: readonly SourceFailure[] }> {
  const failures: SourceFailure[] = [];
  const resources: ListableResource[] = [];
  const core = await get('/api/v1');
  if (core.ok) resources.push(...resourcesIn(core.body, '', 'v1'));
  else failures.push(failureOf('core API', core));
  // Nobody is there: asking on would only take longer to say so.
  if (!core.ok && core.status === 0) return { resources, failures };
  const groups = await get('/apis');
  if (!groups.ok) return { resources, failures: [...failures, failureOf('API groups', groups)] };
  for (const group of listOf(groups.body.groups)) {
    const name = textOf(field(group, 'name'));
    const version = textOf(field(field(group, 'preferredVersion'), 'version'));
    if (name === '' || version === '') continue;
    const list = await get(`/apis/${name}/${version}`);
    if (list.ok) resources.push(...resourcesIn(list.body, name, version));
    else failures.push(failureOf(`API group ${name}`, list));
  }
  return { resources, failures };
}

/** Path of the collection at the API server. */
export const listPath = ({ group, version, resource }: ListableResource): string =>
  group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
export const resourceKey = ({ group, resource }: Pick<ListableResource, 'group' | 'resource'>): string =>
  group === '' ? resource : `${resource}.${group}`;

/** Items of a list leave out what the list says of all of them. */
const withKind = (item: JsonObject, { group, version, kind }: ListableResource): JsonObject => ({
  apiVersion: group === '' ? version : `${group}/${version}`,
  kind,
  ...item,
});

const MAX_RESTARTS = 3;

/** The pages of one kind. A list that expired goes on where the server says, or starts again without telling an object twice. */
async function* list(
  resource: ListableResource,
  get: (path: string) => Promise<ApiAnswer>,
  limit: number,
): AsyncGenerator<{ readonly objects: readonly JsonObject[]; readonly failure: SourceFailure | undefined }> {
  const what = resourceKey(resource);
  const base = `${listPath(resource)}?limit=${limit}`;
  // Lists come in the order of their keys (etcd's, and the watch cache keeps to it), so the last name seen says what is new.
  let last = '';
  let restarts = 0;
  let ahead = get(base);
  for (;;) {
    const answer = await ahead;
    if (!answer.ok && answer.status === 410 && restarts++ < MAX_RESTARTS) {
      const goOn = answer.continue ?? '';
      ahead = get(goOn === '' ? base : `${base}&continue=${encodeURIComponent(goOn)}`);
      continue;
    }
    if (!answer.ok) {
      yield { objects: [], failure: failureOf(what, answer) };
      return;
    }
    const token = textOf(field(answer.body.metadata, 'continue'));
    // The next page travels while this one is judged.
    if (token !== '') ahead = get(`${base}&continue=${encodeURIComponent(token)}`);
    const items = listOf(answer.body.items).filter(isJsonObject);
    const fresh: JsonObject[] = [];
    for (const item of items) {
      const metadata = field(item, 'metadata');
      const key = `${textOf(field(metadata, 'namespace'))}/${textOf(field(metadata, 'name'))}`;
      if (restarts > 0 && key <= last) continue;
      last = key;
      fresh.push(withKind(item, resource));
    }
    yield { objects: fresh, failure: undefined };
    if (token === '') return;
  }
}

/** A source over a cluster. Nothing is kept but the page at hand and the one that travels. */
export function clusterSource(options: ClusterSourceOptions): ObjectSource {
  const get = patient(options);
  let discovered: ReturnType<typeof discover> | undefined;
  const all = (): ReturnType<typeof discover> => {
    discovered ??= discover(get);
    return discovered;
  };
  return {
    async context() {
      const { resources } = await all();
      const wanted = resources.filter(
        ({ group, kind }) =>
          (group === '' && kind === 'Namespace') ||
          kind === 'CustomResourceDefinition' ||
          options.lookups.some((lookup) => lookup.group === group && lookup.kind === kind),
      );
      const objects: JsonObject[] = [];
      const failures: SourceFailure[] = [];
      for (const resource of wanted)
        for await (const page of list(resource, get, options.limit)) {
          objects.push(...page.objects);
          if (page.failure !== undefined) failures.push(page.failure);
        }
      return { objects, failures };
    },
    async *pages(): AsyncGenerator<SourcePage> {
      const { resources, failures } = await all();
      if (failures.length > 0) yield { objects: [], failures };
      const rank = (resource: ListableResource): number => options.rank?.(resource) ?? 0;
      const wanted = resources.filter((one) => options.wants(one)).sort((a, b) => rank(a) - rank(b));
      for (const resource of wanted) {
        const key = resourceKey(resource);
        if (options.done?.has(key) === true) continue;
        let failed = false;
        for await (const { objects, failure } of list(resource, get, options.limit)) {
          failed ||= failure !== undefined;
          const origin = { file: `cluster:${key}`, line: 0 };
          yield {
            objects: objects.map((object) => ({ object, origin })),
            failures: failure === undefined ? [] : [failure],
          };
        }
        if (!failed) options.onDone?.(key);
      }
    },
  };
}
