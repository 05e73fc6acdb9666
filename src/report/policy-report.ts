// Reports as the Policy Working Group's objects, one for each namespace: wgpolicyk8s.io/v1alpha2 PolicyReport, and its successor
// openreports.io/v1alpha1 Report, whose results have the same form. Sources of truth: wg-policy-prototypes and openreports APIs.
import type { JsonObject } from '../kubernetes/index.js';
import type { CompiledPolicy } from '../policy/index.js';
import type { CheckedObject, CheckReport } from './findings.js';

export type ReportDialect = 'policyreport' | 'openreports';

/** More results make an object too large for etcd's 1.5 MiB; the rest is counted in the summary. */
const MAX_RESULTS = 1_000;
const MAX_MESSAGE = 1_024;

const KINDS: Readonly<Record<ReportDialect, { apiVersion: string; namespaced: string; cluster: string }>> = {
  policyreport: {
    apiVersion: 'wgpolicyk8s.io/v1alpha2',
    namespaced: 'PolicyReport',
    cluster: 'ClusterPolicyReport',
  },
  openreports: { apiVersion: 'openreports.io/v1alpha1', namespaced: 'Report', cluster: 'ClusterReport' },
};

interface Result {
  readonly outcome: 'fail' | 'warn' | 'error';
  readonly value: JsonObject;
}

function resultsOf(
  object: CheckedObject,
  categories: ReadonlyMap<string, string>,
  seconds: number,
): readonly Result[] {
  const { group, version, kind, namespace, name, uid } = object;
  const reference = {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    name,
    ...(namespace === '' || kind === 'Namespace' ? {} : { namespace }),
    ...(uid === '' ? {} : { uid }),
  };
  const common = (policy: string, rule: string): JsonObject => {
    const category = categories.get(policy) ?? '';
    return {
      source: 'warder',
      policy,
      rule,
      ...(category === '' ? {} : { category }),
      resources: [reference],
      scored: true,
      timestamp: { seconds, nanos: 0 },
    };
  };
  const broken = object.violations.map(({ policy, rule, severity, action, message, path, fix }): Result => {
    const outcome = action === 'warn' ? 'warn' : 'fail';
    const properties = { ...(path === '' ? {} : { path }), ...(fix === '' ? {} : { fix }), action };
    const text = message.slice(0, MAX_MESSAGE);
    return {
      outcome,
      value: { ...common(policy, rule), result: outcome, severity, message: text, properties },
    };
  });
  const errors = object.results
    .filter(({ result }) => result === 'error')
    .map(
      ({ policy, rule, message }): Result => ({
        outcome: 'error',
        value: { ...common(policy, rule), result: 'error', message: message.slice(0, MAX_MESSAGE) },
      }),
    );
  return [...broken, ...errors];
}

const namespaceOf = ({ namespace, kind }: CheckedObject): string => (kind === 'Namespace' ? '' : namespace);

/** The reports of a check, by namespace; the cluster-scoped one first. `now` in milliseconds since the epoch. */
export function policyReports(
  report: CheckReport,
  dialect: ReportDialect,
  now: number,
): readonly JsonObject[] {
  const categories = new Map(
    report.policies.map(({ name, description }: CompiledPolicy) => [name, description.category]),
  );
  const seconds = Math.floor(now / 1000);
  const byNamespace = new Map<string, { results: Result[]; passed: number; skipped: number }>();
  for (const object of report.objects) {
    const key = namespaceOf(object);
    const entry = byNamespace.get(key) ?? { results: [], passed: 0, skipped: 0 };
    entry.results.push(...resultsOf(object, categories, seconds));
    entry.passed += object.results.filter(({ result }) => result === 'pass').length;
    entry.skipped += object.results.filter(({ result }) => result === 'skip').length;
    byNamespace.set(key, entry);
  }
  const { apiVersion, namespaced, cluster } = KINDS[dialect];
  return [...byNamespace]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, { results, passed, skipped }]) => {
      const count = (outcome: Result['outcome']): number =>
        results.filter((one) => one.outcome === outcome).length;
      return {
        apiVersion,
        kind: namespace === '' ? cluster : namespaced,
        metadata: {
          name: 'warder',
          ...(namespace === '' ? {} : { namespace }),
          labels: { 'app.kubernetes.io/managed-by': 'warder' },
          annotations: { 'warder.dev/policy-set': report.policySetDigest },
        },
        ...(dialect === 'openreports' ? { source: 'warder' } : {}),
        summary: {
          pass: passed,
          fail: count('fail'),
          warn: count('warn'),
          error: count('error'),
          skip: skipped,
        },
        results: results.slice(0, MAX_RESULTS).map(({ value }) => value),
      };
    });
}
