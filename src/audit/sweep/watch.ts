// Between two sweeps: every object that is written is judged as it comes. What a broken watch misses the next sweep finds.
import type { Api } from '../../cluster/index.js';
import { field, isJsonObject, type JsonObject, parseJsonText } from '../../kubernetes/index.js';
import { type ListableResource, listPath } from './cluster-source.js';

export interface WatchOptions {
  readonly api: Api;
  readonly resources: readonly ListableResource[];
  /** Called for every object that was added or changed, whole. */
  onObject(object: JsonObject, resource: ListableResource): void;
  onProblem(message: string): void;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly signal: AbortSignal;
}

const versionOf = (object: unknown): string => {
  const found = isJsonObject(object) ? field(field(object, 'metadata'), 'resourceVersion') : undefined;
  return typeof found === 'string' ? found : '';
};

const PAUSE = 1_000;
const SECONDS = 300;

/** Watches one kind from now on, until the signal. */
async function watchKind(resource: ListableResource, options: WatchOptions): Promise<void> {
  const { api, signal, onProblem, wait } = options;
  const path = listPath(resource);
  let version = '';
  while (!signal.aborted) {
    if (version === '') {
      const answer = await api.send({ method: 'GET', path: `${path}?limit=1` });
      if (!answer.ok) {
        onProblem(`${path}: ${answer.message}`);
        await wait(PAUSE);
        continue;
      }
      version = versionOf(answer.body);
    }
    let next = version;
    const query = `?watch=1&allowWatchBookmarks=true&timeoutSeconds=${SECONDS}&resourceVersion=${version}`;
    const end = await api.stream(
      `${path}${query}`,
      (line) => {
        const parsed = parseJsonText(line);
        const object = parsed.ok ? field(parsed.value, 'object') : undefined;
        if (!parsed.ok || !isJsonObject(object)) return;
        const type = field(parsed.value, 'type');
        if (type === 'ERROR') next = '';
        else if (next !== '') next = versionOf(object) || next;
        if (type === 'ADDED' || type === 'MODIFIED') options.onObject(object, resource);
      },
      signal,
    );
    version = end.status === 410 ? '' : next;
    if (end.status !== 200 && !signal.aborted) await wait(PAUSE);
  }
}

/** Watches all kinds; resolves when the signal ends it. */
export async function watchCluster(options: WatchOptions): Promise<void> {
  await Promise.all(options.resources.map((resource) => watchKind(resource, options)));
}
