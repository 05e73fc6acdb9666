// Sends the lines of the decision log over HTTP: as newline-delimited JSON to a webhook, or as OTLP/HTTP log records (JSON). In
// batches, tried again with growing pauses; what does not fit the queue meanwhile is counted, and its numbers are missing there.
import { isJsonObject, type JsonObject, type JsonValue, parseJsonText } from '../kubernetes/index.js';
import type { Sink } from './sink.js';

export interface HttpSinkOptions {
  readonly url: string;
  readonly format: 'ndjson' | 'otlp';
  /** Sent with every request, e.g. an authorization. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lines in one request at most. */
  readonly batch: number;
  /** Lines waiting at most. */
  readonly queue: number;
  /** Milliseconds until a request is given up. */
  readonly timeout: number;
  /** How often a batch is tried before it is dropped. */
  readonly attempts: number;
  readonly onDropped: (lines: number, reason: string) => void;
  readonly send?: typeof fetch;
}

/** Severity numbers of the OpenTelemetry log data model. */
const INFO = 9;
const WARN = 13;

const ATTRIBUTES = ['type', 'id', 'user', 'resource', 'namespace', 'allowed'];

function attributeOf(key: string, value: JsonValue | undefined): readonly JsonObject[] {
  if (typeof value === 'string') return [{ key: `warder.${key}`, value: { stringValue: value } }];
  return typeof value === 'boolean' ? [{ key: `warder.${key}`, value: { boolValue: value } }] : [];
}

function otlpRecord(line: string): JsonObject {
  const parsed = parseJsonText(line);
  const value = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
  const time = typeof value.time === 'string' ? Date.parse(value.time) : Number.NaN;
  const denied = value.allowed === false;
  return {
    timeUnixNano: Number.isNaN(time) ? '0' : `${BigInt(time) * 1_000_000n}`,
    severityNumber: denied ? WARN : INFO,
    severityText: denied ? 'WARN' : 'INFO',
    body: { stringValue: line },
    attributes: ATTRIBUTES.flatMap((key) => attributeOf(key, value[key])),
  };
}

/** The body of an OTLP/HTTP request (opentelemetry-proto, ExportLogsServiceRequest as JSON). */
export function otlpBody(lines: readonly string[]): string {
  return JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'warder' } }] },
        scopeLogs: [{ scope: { name: 'warder.decisions' }, logRecords: lines.map(otlpRecord) }],
      },
    ],
  });
}

const FIRST_PAUSE = 200;
const MAX_PAUSE = 30_000;

const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Whether another attempt may do better: no connection, too many requests, a fault of the server. */
const isTemporary = (status: number): boolean =>
  status === 0 || status === 408 || status === 429 || status >= 500;

/** A sink that never holds up the log: it takes lines into its queue and sends them in the background. */
export function httpSink(options: HttpSinkOptions): Sink {
  const { url, format, headers, timeout } = options;
  const send = options.send ?? fetch;
  let queue: string[] = [];
  let sending: Promise<void> | undefined;
  const closing = new AbortController();

  const post = async (lines: readonly string[]): Promise<number> => {
    const body = format === 'otlp' ? otlpBody(lines) : `${lines.join('\n')}\n`;
    const type = format === 'otlp' ? 'application/json' : 'application/x-ndjson';
    try {
      const response = await send(url, {
        method: 'POST',
        headers: { 'content-type': type, ...headers },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeout),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    }
  };

  /** Whether the lines were taken; those that were not are counted. */
  const deliver = async (lines: readonly string[]): Promise<boolean> => {
    for (let attempt = 1; ; attempt++) {
      const status = await post(lines);
      if (status >= 200 && status < 300) return true;
      if (!isTemporary(status) || attempt >= options.attempts || closing.signal.aborted) {
        options.onDropped(lines.length, status === 0 ? 'no connection' : `HTTP ${status}`);
        return false;
      }
      await wait(Math.min(MAX_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)), closing.signal);
    }
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, options.batch);
      queue = queue.slice(options.batch);
      if (!(await deliver(batch)) && closing.signal.aborted && queue.length > 0) {
        options.onDropped(queue.length, 'stopping');
        queue = [];
      }
    }
    sending = undefined;
  };

  return {
    name: 'http',
    async write(lines) {
      const room = Math.max(0, options.queue - queue.length);
      if (lines.length > room) options.onDropped(lines.length - room, 'the queue is full');
      queue.push(...lines.slice(0, room));
      sending ??= drain();
    },
    async close() {
      const left = sending;
      // What waits is tried once more, then the server may stop.
      closing.abort();
      await left;
    },
  };
}
