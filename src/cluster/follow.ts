// The objects of one kind, kept up to date: listed, then watched with bookmarks; listed anew where the server forgot the place.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
import { field, isJsonObject, type JsonObject, type JsonValue, parseJsonText } from '../kubernetes/index.js';
import type { Api } from './api.js';

export interface FollowOptions {
  readonly api: Api;
  /** Path of the collection, e.g. `/apis/warder.dev/v1/policies`. */
  readonly path: string;
  /** What of an object is kept; memory holds nothing else. */
  keep?(object: JsonObject): JsonObject;
  /** Called after every change, and once when the first list is complete. */
  onChange(): void;
  onProblem(message: string): void;
  readonly wait: (milliseconds: number) => Promise<void>;
}

export interface Followed {
  /** By `namespace/name`. */
  readonly objects: ReadonlyMap<string, JsonObject>;
  /** Whether a complete list has been read at least once; of a kind the cluster does not have, that there is none. */
  readonly synced: boolean;
  close(): void;
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const keyOf = (object: JsonObject): string => {
  const metadata = field(object, 'metadata');
  return `${textOf(field(metadata, 'namespace'))}/${textOf(field(metadata, 'name'))}`;
};
const versionOf = (object: JsonObject): string => textOf(field(field(object, 'metadata'), 'resourceVersion'));

const LIMIT = 500;
/** A watch is ended by the server after this many seconds, so that load spreads over its replicas. */
const WATCH_SECONDS = 300;
const FIRST_PAUSE = 500;
const MAX_PAUSE = 30_000;

/** A list items of which leave out what is common to all of them. */
const named = (list: JsonObject, item: JsonObject): JsonObject => ({
  ...(list.apiVersion === undefined ? {} : { apiVersion: list.apiVersion }),
  ...(typeof list.kind === 'string' ? { kind: list.kind.replace(/List$/, '') } : {}),
  ...item,
});

/** Begins to follow; what goes wrong is told and tried again, at ever longer intervals. */
export function followObjects(options: FollowOptions): Followed {
  const { api, path, onChange, onProblem, wait } = options;
  const keep = options.keep ?? ((object: JsonObject): JsonObject => object);
  const closing = new AbortController();
  let objects = new Map<string, JsonObject>();
  let synced = false;

  /** Reads the whole list; the version to watch from, or undefined where it could not be read. */
  const list = async (): Promise<string | undefined> => {
    const found = new Map<string, JsonObject>();
    let token = '';
    for (;;) {
      const query = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
      const answer = await api.send({ method: 'GET', path: `${path}?limit=${LIMIT}${query}` });
      if (!answer.ok && answer.status === 404) {
        // The cluster does not have the kind: there are none, until it does.
        const changed = objects.size > 0 || !synced;
        objects = new Map();
        synced = true;
        if (changed) onChange();
        return undefined;
      }
      if (!answer.ok) {
        onProblem(`${path}: ${answer.message}`);
        return undefined;
      }
      const items = answer.body.items;
      for (const item of Array.isArray(items) ? items.filter(isJsonObject) : [])
        found.set(keyOf(item), keep(named(answer.body, item)));
      token = textOf(field(answer.body.metadata, 'continue'));
      if (token !== '') continue;
      objects = found;
      synced = true;
      onChange();
      return textOf(field(answer.body.metadata, 'resourceVersion'));
    }
  };

  /** Watches from a version; the version to go on from, or undefined where the list must be read anew. */
  const watch = async (from: string): Promise<string | undefined> => {
    let at: string | undefined = from;
    const query = `?watch=1&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${encodeURIComponent(from)}`;
    const end = await api.stream(
      `${path}${query}`,
      (line) => {
        const parsed = parseJsonText(line);
        const object = parsed.ok ? field(parsed.value, 'object') : undefined;
        if (!parsed.ok || !isJsonObject(object)) return;
        const type = field(parsed.value, 'type');
        if (type === 'ERROR') {
          at = undefined; // 410 Gone, or something else that only a list gets past
          return;
        }
        if (at !== undefined) at = versionOf(object) || at;
        if (type === 'ADDED' || type === 'MODIFIED') objects.set(keyOf(object), keep(object));
        else if (type === 'DELETED') objects.delete(keyOf(object));
        else return;
        onChange();
      },
      closing.signal,
    );
    if (end.status >= 300 || end.status === 0) {
      if (!closing.signal.aborted && end.status !== 410)
        onProblem(`${path}: the watch ended: ${end.message}`);
      if (end.status === 410) return undefined;
      await wait(FIRST_PAUSE);
    }
    return at;
  };

  void (async () => {
    let pause = FIRST_PAUSE;
    while (!closing.signal.aborted) {
      let version = await list();
      if (version === undefined) {
        await wait(pause);
        pause = Math.min(MAX_PAUSE, pause * 2);
        continue;
      }
      pause = FIRST_PAUSE;
      while (version !== undefined && !closing.signal.aborted) version = await watch(version);
    }
  })();

  return {
    get objects() {
      return objects;
    },
    get synced() {
      return synced;
    },
    close: () => closing.abort(),
  };
}
