// Raw JSON from a Kubernetes API server, with the credentials of a kubeconfig. Typed models are left out on purpose: they
// drop fields they do not know and take three times the time and memory.
import { Agent, type RequestOptions, request } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { field, isJsonObject, type JsonObject } from '../kubernetes/index.js';

/** What the API server answered. `status` 0 means that it could not be reached at all. */
export type ApiAnswer =
  | { readonly ok: true; readonly status: number; readonly body: JsonObject }
  | {
      readonly ok: false;
      readonly status: number;
      readonly message: string;
      readonly retryAfter: number | undefined;
      /** Where an expired list may be gone on with (410), at the cost of consistency. */
      readonly continue?: string | undefined;
    };

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, e.g. `/api/v1/pods?limit=500`. */
  readonly path: string;
  readonly body?: JsonObject | readonly JsonObject[];
  readonly contentType?: string;
  /** Milliseconds until the request is given up. */
  readonly timeout?: number;
}

/** How a stream ended. `status` is 0 where there was no answer, or it broke. */
export interface StreamEnd {
  readonly status: number;
  readonly message: string;
}

export interface Api {
  /** One request, never retried and never throwing. */
  send(request: ApiRequest): Promise<ApiAnswer>;
  /**
   * One answer that goes on: each line of it as it comes. Resolves when it ends, with why where it was not by the server's own
   * decision. Never throws; `signal` ends it.
   */
  stream(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<StreamEnd>;
  close(): void;
}

const DEFAULT_TIMEOUT = 60_000;
/** A page of 500 large objects stays far below; anything larger is no answer of an API server. */
const MAX_ANSWER = 256 * 1024 * 1024;

/** The message of a Status object, or the start of whatever was sent instead. */
function statusMessage(body: unknown, text: string, status: number): string {
  if (isJsonObject(body) && typeof body.message === 'string') return body.message;
  return text === '' ? `HTTP ${status}` : `HTTP ${status}: ${text.slice(0, 200)}`;
}

/** A Status of an expired list says where it may be gone on with. */
function continueOf(body: unknown): string | undefined {
  const found = isJsonObject(body) ? field(field(body, 'metadata'), 'continue') : undefined;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answerOf(status: number, text: string, retryAfter: string | undefined): ApiAnswer {
  const body = parseBody(text);
  if (status >= 200 && status < 300 && isJsonObject(body)) return { ok: true, status, body };
  const seconds = Number(retryAfter);
  return {
    ok: false,
    status,
    message: status < 300 ? 'the answer is not a complete JSON object' : statusMessage(body, text, status),
    retryAfter: retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1000 : undefined,
    continue: continueOf(body),
  };
}

function perform(options: RequestOptions, payload: string | undefined, timeout: number): Promise<ApiAnswer> {
  return new Promise((resolve) => {
    const unreachable = (message: string): void =>
      resolve({ ok: false, status: 0, message, retryAfter: undefined });
    const outgoing = request(options, (incoming) => {
      // Text as it comes: gathered bytes would be memory outside the heap, which is given back late.
      let text = '';
      incoming.setEncoding('utf8');
      let size = 0;
      incoming.on('data', (chunk: string) => {
        size += chunk.length;
        if (size > MAX_ANSWER)
          outgoing.destroy(new Error(`the answer is larger than ${MAX_ANSWER} characters`));
        else text += chunk;
      });
      incoming.on('end', () => {
        if (!incoming.complete) return unreachable('the connection broke in the middle of the answer');
        const retryAfter = incoming.headers['retry-after'];
        resolve(answerOf(incoming.statusCode ?? 0, text, retryAfter));
      });
      incoming.on('error', (error) => unreachable(error.message));
    });
    outgoing.setTimeout(timeout, () => outgoing.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    outgoing.on('error', (error) => unreachable(error.message));
    outgoing.end(payload);
  });
}

/** Longest line of a stream: an object etcd could hold, several times over. */
const MAX_LINE = 16 * 1024 * 1024;

function follow(
  options: RequestOptions,
  onLine: (line: string) => void,
  signal: AbortSignal,
  idle: number,
): Promise<StreamEnd> {
  return new Promise((resolve) => {
    const outgoing = request({ ...options, signal }, (incoming) => {
      const status = incoming.statusCode ?? 0;
      incoming.setEncoding('utf8');
      let rest = '';
      incoming.on('data', (chunk: string) => {
        rest += chunk;
        if (rest.length > MAX_LINE) outgoing.destroy(new Error('a line of the stream is too long'));
        if (status >= 300) return;
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') onLine(line);
      });
      incoming.on('end', () =>
        resolve({ status, message: status < 300 ? '' : statusMessage(parseBody(rest), rest, status) }),
      );
      incoming.on('error', (error) => resolve({ status: 0, message: error.message }));
    });
    outgoing.setTimeout(idle, () => outgoing.destroy(new Error(`nothing within ${idle / 1000} s`)));
    outgoing.on('error', (error) => resolve({ status: 0, message: error.message }));
    outgoing.end();
  });
}

/** Bookmarks come every minute or so: a stream that says nothing for longer is a connection nobody is at. */
const STREAM_IDLE = 180_000;

/** A client for the current cluster of `config`; connections are kept alive and few, streams among them. */
export function createApi(config: KubeConfig, maxSockets = 16): Api {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new TypeError('the kubeconfig names no current cluster');
  const server = new URL(cluster.server);
  const agents: Agent[] = [];
  let agent: Agent | undefined;
  const prepare = async (
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<RequestOptions> => {
    const options: RequestOptions = {
      method,
      host: server.hostname,
      port: server.port === '' ? 443 : Number(server.port),
      path: `${server.pathname.replace(/\/$/, '')}${path}`,
      headers: { accept: 'application/json', ...headers },
    };
    await config.applyToHTTPSOptions(options);
    if (agent === undefined) {
      const { ca, cert, key, rejectUnauthorized, servername } = options;
      agent = new Agent({
        keepAlive: true,
        maxSockets,
        ...definedOnly({ ca, cert, key, rejectUnauthorized, servername }),
      });
      agents.push(agent);
    }
    return { ...options, agent };
  };
  return {
    async send({ method, path, body, contentType, timeout }) {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const headers: Record<string, string> =
        payload === undefined ? {} : { 'content-type': contentType ?? 'application/json' };
      return perform(await prepare(method, path, headers), payload, timeout ?? DEFAULT_TIMEOUT);
    },
    stream: async (path, onLine, signal) =>
      follow(await prepare('GET', path, {}), onLine, signal, STREAM_IDLE),
    close() {
      for (const open of agents) open.destroy();
    },
  };
}

/** Without the keys whose value is undefined, which node:tls does not take for absent. */
function definedOnly<T extends object>(options: T): Partial<T> {
  // The result has a subset of the keys of T, with the same values.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
