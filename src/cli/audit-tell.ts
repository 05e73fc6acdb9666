// What `warder audit` does with what it found, besides printing it: reports and Events in the cluster, a webhook, metrics.
import {
  type NotifyFormat,
  notify,
  publishReports,
  recordEvents,
  type SweepState,
  type ToldViolation,
  violationId,
  writeMetrics,
} from '../audit/index.js';
import type { Api } from '../cluster/index.js';
import { type CheckedObject, type CheckReport, policyReports, type ReportDialect } from '../report/index.js';
import type { Io } from './io.js';

export interface TellOptions {
  readonly publish?: ReportDialect;
  readonly events?: boolean;
  readonly notify?: string;
  readonly notifyFormat: NotifyFormat;
  readonly metricsFile?: string;
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Every violation of objects, by its id. */
export function toldViolations(objects: readonly CheckedObject[]): ReadonlyMap<string, ToldViolation> {
  const found = new Map<string, ToldViolation>();
  for (const { group, version, kind, namespace, name, uid, violations } of objects)
    for (const { policy, rule, path, message, severity } of violations) {
      const label = `${policy}/${rule}`;
      const id = violationId([label, group, kind, namespace, name, path]);
      const apiVersion = group === '' ? version : `${group}/${version}`;
      found.set(id, { id, apiVersion, kind, namespace, name, uid, rule: label, severity, message });
    }
  return found;
}

/** Those that the run before did not know, or knew as resolved. */
export const newViolations = (
  found: ReadonlyMap<string, ToldViolation>,
  before: SweepState,
): readonly ToldViolation[] =>
  [...found.values()].filter(({ id }) => before.findings.get(id)?.resolved !== '');

function tally(
  objects: readonly CheckedObject[],
): readonly (readonly [string, string, string, string, number])[] {
  const counts = new Map<string, [string, string, string, string, number]>();
  for (const { namespace, violations } of objects)
    for (const { policy, severity, action } of violations) {
      const key = [policy, severity, action, namespace].join('\0');
      const known = counts.get(key) ?? [policy, severity, action, namespace, 0];
      known[4]++;
      counts.set(key, known);
    }
  return [...counts.values()];
}

export interface Told {
  readonly report: CheckReport;
  readonly fresh: readonly ToldViolation[];
  readonly objects: number;
  readonly whole: boolean;
  readonly now: number;
}

/** Tells everywhere that was asked for; false where some place did not take it, which is said. */
export async function tell(
  { report, fresh, objects, whole, now }: Told,
  options: TellOptions,
  api: Api | undefined,
  io: Io,
): Promise<boolean> {
  const problems: string[] = [];
  if (api !== undefined && options.publish !== undefined) {
    const { written, unchanged, failures } = await publishReports(
      api,
      policyReports(report, options.publish, now),
    );
    io.warn(`reports: ${written} written, ${unchanged} unchanged`);
    problems.push(...failures);
  }
  if (api !== undefined && options.events === true) problems.push(...(await recordEvents(api, fresh, now)));
  if (options.notify !== undefined && fresh.length > 0) {
    const problem = await notify(options.notify, fresh, options.notifyFormat, wait);
    // The address itself may be a secret.
    if (problem !== undefined) problems.push(`the notification was not taken: ${problem}`);
  }
  if (options.metricsFile !== undefined) {
    const figures = {
      objects,
      whole,
      seconds: report.milliseconds / 1000,
      now,
      violations: tally(report.objects),
    };
    await writeMetrics(options.metricsFile, figures).catch((error: Error) =>
      problems.push(`${options.metricsFile}: could not be written: ${error.message}`),
    );
  }
  for (const problem of problems) io.warn(problem);
  return problems.length === 0;
}
