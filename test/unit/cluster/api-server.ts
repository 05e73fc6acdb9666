// A Kubernetes API server as far as a client of ours needs one: objects by path, lists, watches, server-side apply, over HTTPS.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { generate } from 'selfsigned';
import { type Api, createApi } from '../../../src/cluster/index.js';
import { field, isJsonObject, type JsonObject } from '../../../src/kubernetes/index.js';

export interface TestApiServer {
  readonly api: Api;
  readonly kubeconfig: string;
  /** Objects by the path of the object. */
  readonly objects: Map<string, JsonObject>;
  /** What was asked, `METHOD path`. */
  readonly asked: string[];
  /** Kinds there are, as paths of collections; the others are 404. */
  readonly kinds: Set<string>;
  put(path: string, object: JsonObject): void;
  remove(path: string): void;
  /** Watches of a collection that are open. */
  watches(collection: string): number;
  /** Ends every watch; with `gone` new ones from where they were are refused with 410. */
  cut(gone?: boolean): void;
  close(): Promise<void>;
}

const collectionOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

export async function startApiServer(kinds: readonly string[]): Promise<TestApiServer> {
  const pair = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const objects = new Map<string, JsonObject>();
  const known = new Set(kinds);
  const asked: string[] = [];
  const watchers = new Set<{ readonly collection: string; readonly response: ServerResponse }>();
  let version = 1;
  let oldest = 0;

  const tell = (type: string, path: string, object: JsonObject): void => {
    for (const { collection, response } of watchers)
      if (collection === collectionOf(path)) response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const put = (path: string, object: JsonObject): JsonObject => {
    const before = objects.get(path);
    const metadata = {
      ...(isJsonObject(object.metadata) ? object.metadata : {}),
      resourceVersion: String(++version),
    };
    const stored = { ...object, metadata };
    objects.set(path, stored);
    tell(before === undefined ? 'ADDED' : 'MODIFIED', path, stored);
    return stored;
  };
  const versionOf = (object: JsonObject | undefined): unknown =>
    field(field(object, 'metadata'), 'resourceVersion');

  const answer = (response: ServerResponse, status: number, body: JsonObject): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const fail = (response: ServerResponse, code: number, message: string): void =>
    answer(response, code, { kind: 'Status', code, message });

  const list = (url: URL, response: ServerResponse): void => {
    const { pathname, searchParams } = url;
    if (searchParams.get('watch') === null) {
      const items = [...objects]
        .filter(([path]) => collectionOf(path) === pathname)
        .map(([, object]) => object);
      answer(response, 200, { kind: 'List', metadata: { resourceVersion: String(version) }, items });
      return;
    }
    if (Number(searchParams.get('resourceVersion')) < oldest) {
      fail(response, 410, 'too old resource version');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watcher = { collection: pathname, response };
    watchers.add(watcher);
    response.on('close', () => watchers.delete(watcher));
  };

  const write = (
    request: IncomingMessage,
    path: string,
    body: JsonObject,
    response: ServerResponse,
  ): void => {
    const at = request.method === 'POST' ? `${path}/${String(field(body.metadata, 'name'))}` : path;
    const before = objects.get(at);
    const conflict =
      request.method === 'POST'
        ? before !== undefined
        : request.method === 'PUT' && versionOf(body) !== versionOf(before);
    if (conflict) {
      fail(response, 409, 'it is there already, or was modified');
      return;
    }
    const { metadata, ...rest } = body;
    const same =
      request.method === 'PATCH' && JSON.stringify({ ...before, ...rest }) === JSON.stringify(before);
    answer(response, 200, same ? (before ?? {}) : put(at, { ...before, ...rest, metadata: metadata ?? {} }));
  };

  const server = createServer({ cert: pair.cert, key: pair.private }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost');
    asked.push(`${request.method} ${url.pathname}`);
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      const path = url.pathname;
      if (request.method !== 'GET') write(request, path, JSON.parse(text) as JsonObject, response);
      else if (objects.has(path)) answer(response, 200, objects.get(path) ?? {});
      else if (known.has(path)) list(url, response);
      else fail(response, 404, 'the server could not find the requested resource');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  const kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'c',
        cluster: {
          server: `https://localhost:${port}`,
          'certificate-authority-data': Buffer.from(pair.cert).toString('base64'),
        },
      },
    ],
    users: [{ name: 'u', user: { token: 'none' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const api = createApi(config);
  return {
    api,
    kubeconfig,
    objects,
    asked,
    kinds: known,
    put: (path, object) => void put(path, object),
    remove(path) {
      const object = objects.get(path);
      objects.delete(path);
      version++;
      if (object !== undefined) tell('DELETED', path, object);
    },
    watches: (wanted) => [...watchers].filter(({ collection }) => collection === wanted).length,
    cut(gone = false) {
      if (gone) oldest = ++version;
      for (const { response } of watchers) response.destroy();
    },
    async close() {
      api.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** Waits until something holds; throws after five seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 250; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come to be');
}
