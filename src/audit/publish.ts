// What a sweep found, told where people look: reports and Events in the cluster, a webhook, a file of metrics.
import { createHash } from 'node:crypto';
import type { Api } from '../cluster/index.js';
import { field, type JsonObject, type JsonValue, sameJson } from '../kubernetes/index.js';
import { writeWhole } from './whole-file.js';

/** Where reports of a kind live at the API server. */
const PLURALS: Readonly<Record<string, string>> = {
  PolicyReport: 'policyreports',
  ClusterPolicyReport: 'clusterpolicyreports',
  Report: 'reports',
  ClusterReport: 'clusterreports',
};

const textAt = (value: JsonValue | undefined, key: string): string => {
  const found = field(value, key);
  return typeof found === 'string' ? found : '';
};

function pathOf(report: JsonObject): string {
  const { metadata } = report;
  const namespace = textAt(metadata, 'namespace');
  const place = namespace === '' ? '' : `/namespaces/${namespace}`;
  return `/apis/${String(report.apiVersion)}${place}/${PLURALS[String(report.kind)]}/${textAt(metadata, 'name')}`;
}

/** Results without the time they were found, which would make every report another one. */
function untimed(report: JsonObject): JsonValue {
  const results = Array.isArray(report.results) ? report.results : [];
  return [
    report.summary ?? null,
    results.map((result: JsonValue) => {
      if (typeof result !== 'object' || result === null || Array.isArray(result)) return result;
      const { timestamp: _, ...rest } = result as JsonObject; // an object: just checked
      return rest;
    }),
  ];
}

export interface Published {
  readonly written: number;
  readonly unchanged: number;
  readonly failures: readonly string[];
}

/** Writes reports by server-side apply, only those whose results changed. */
export async function publishReports(api: Api, reports: readonly JsonObject[]): Promise<Published> {
  let [written, unchanged] = [0, 0];
  const failures: string[] = [];
  for (const report of reports) {
    const path = pathOf(report);
    const found = await api.send({ method: 'GET', path });
    if (found.ok && sameJson(untimed(found.body), untimed(report))) {
      unchanged++;
      continue;
    }
    const answer = await api.send({
      method: 'PATCH',
      path: `${path}?fieldManager=warder&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: report,
    });
    if (answer.ok) written++;
    else failures.push(`${path}: ${answer.message}`);
  }
  return { written, unchanged, failures };
}

/** A violation as it is told. */
export interface ToldViolation {
  readonly id: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
}

const placeOf = ({ kind, namespace, name }: ToldViolation): string =>
  `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;

/** More Events of one sweep would push out others. */
const MAX_EVENTS = 200;

/** Records new violations as Events of their objects; each once, since its name follows from the finding. */
export async function recordEvents(
  api: Api,
  violations: readonly ToldViolation[],
  now: number,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const time = new Date(now).toISOString();
  for (const violation of violations.slice(0, MAX_EVENTS)) {
    const namespace = violation.namespace === '' ? 'default' : violation.namespace;
    const name = `warder.${createHash('sha256')
      .update(`${violation.id}${time.slice(0, 13)}`)
      .digest('hex')
      .slice(0, 16)}`;
    const answer = await api.send({
      method: 'POST',
      path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
      body: {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name, namespace },
        eventTime: time.replace('Z', '000Z'),
        reportingController: 'warder.dev/audit',
        reportingInstance: 'warder-audit',
        action: 'Audit',
        reason: 'PolicyViolation',
        type: 'Warning',
        note: `${violation.rule}: ${violation.message}`.slice(0, 1024),
        regarding: {
          apiVersion: violation.apiVersion,
          kind: violation.kind,
          namespace: violation.namespace,
          name: violation.name,
          uid: violation.uid,
        },
      },
    });
    if (!answer.ok && answer.status !== 409)
      failures.push(`event for ${placeOf(violation)}: ${answer.message}`);
  }
  return failures;
}

export type NotifyFormat = 'json' | 'slack';

/** Violations named in one message; the rest are counted. */
const MAX_NAMED = 20;

/** Slack's own escapes. */
const forSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The body of a notification. */
export function notification(violations: readonly ToldViolation[], format: NotifyFormat): JsonObject {
  if (format === 'json')
    return {
      type: 'warder.audit.violations',
      count: violations.length,
      violations: violations.map((one) => ({ ...one })),
    };
  const lines = violations
    .slice(0, MAX_NAMED)
    .map(
      (one) =>
        `• *${forSlack(placeOf(one))}* ${forSlack(one.rule)} (${one.severity}): ${forSlack(one.message)}`,
    );
  const more = violations.length > MAX_NAMED ? [`…and ${violations.length - MAX_NAMED} more`] : [];
  return { text: [`Warder found ${violations.length} new violations`, ...lines, ...more].join('\n') };
}

/** Tells a webhook, three times at most; undefined where it took it, why not otherwise. */
export async function notify(
  url: string,
  violations: readonly ToldViolation[],
  format: NotifyFormat,
  wait: (milliseconds: number) => Promise<void>,
): Promise<string | undefined> {
  let problem = '';
  for (let attempt = 0; attempt < 3; attempt++) {
    if (attempt > 0) await wait(500 * 2 ** attempt);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(notification(violations, format)),
        signal: AbortSignal.timeout(10_000),
        redirect: 'error',
      });
      await answer.body?.cancel();
      if (answer.ok) return undefined;
      problem = `HTTP ${answer.status}`;
      if (answer.status < 500 && answer.status !== 429) return problem;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return problem;
}

/** Figures of a sweep for Prometheus' text file collector. */
export interface SweepFigures {
  readonly objects: number;
  readonly whole: boolean;
  readonly seconds: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** `policy`, `severity`, `action`, `namespace` and how many. */
  readonly violations: readonly (readonly [string, string, string, string, number])[];
}

const quote = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** Prometheus text format. */
export function metricsText({ objects, whole, seconds, now, violations }: SweepFigures): string {
  const gauge = (name: string, help: string, lines: readonly string[]): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.map((line) => `${name}${line}`).join('\n')}\n`;
  return [
    gauge('warder_audit_objects', 'Objects judged by the last sweep.', [` ${objects}`]),
    gauge('warder_audit_complete', '1 where the last sweep was whole.', [` ${whole ? 1 : 0}`]),
    gauge('warder_audit_duration_seconds', 'How long the last sweep took.', [` ${seconds.toFixed(3)}`]),
    gauge('warder_audit_timestamp_seconds', 'When the last sweep ended.', [` ${Math.floor(now / 1000)}`]),
    gauge(
      'warder_audit_violations',
      'Violations there are, by policy, severity, action and namespace.',
      violations.map(
        ([policy, severity, action, namespace, value]) =>
          `{policy=${quote(policy)},severity=${quote(severity)},action=${quote(action)},namespace=${quote(namespace)}} ${value}`,
      ),
    ),
  ].join('');
}

/** Writes the figures whole or not at all. */
export const writeMetrics = (file: string, figures: SweepFigures): Promise<void> =>
  writeWhole(file, metricsText(figures));
