// `warder audit --watch`: after the sweep, every object that is written is judged as it comes, and what breaks a policy is told.
import { discover, type ListableResource, type NotifyFormat, notify, watchCluster } from '../audit/index.js';
import type { Api } from '../cluster/index.js';
import { type EngineSettings, type Exemptions, judge } from '../engine/index.js';
import {
  contextFromObjects,
  createUlidGenerator,
  field,
  type JsonObject,
  syntheticReview,
} from '../kubernetes/index.js';
import type { PolicySet } from '../policy/index.js';
import { checkedObject } from '../report/index.js';
import { toldViolations } from './audit-tell.js';
import type { Io } from './io.js';

export interface AuditWatchOptions {
  readonly api: Api;
  readonly policies: PolicySet;
  readonly settings: EngineSettings;
  readonly exemptions: Exemptions;
  wants(resource: ListableResource): boolean;
  readonly notify: string | undefined;
  readonly notifyFormat: NotifyFormat;
  readonly signal: AbortSignal;
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });

/** More objects than this are not remembered, so that an old violation may be told twice. */
const MAX_REMEMBERED = 100_000;

/** Watches until the signal; one line on standard output for each violation that an object did not have before. */
export async function watchAudit(options: AuditWatchOptions, io: Io): Promise<void> {
  const { api, policies, settings, exemptions } = options;
  const { resources, failures } = await discover((path) => api.send({ method: 'GET', path }));
  for (const { what, message } of failures) io.warn(`${what}: ${message}`);
  const namespaces = new Map<string, JsonObject>();
  const known = new Map<string, ReadonlySet<string>>();
  const nextId = createUlidGenerator();
  const judgeOne = (
    object: JsonObject,
    { group, version, resource, kind, namespaced }: ListableResource,
  ): void => {
    const metadata = field(object, 'metadata');
    if (kind === 'Namespace' && group === '') namespaces.set(String(field(metadata, 'name')), object);
    const found = { group, version, resource, kind, namespaced, listable: true, known: true };
    const now = io.now();
    const decision = judge({
      review: syntheticReview(object, { origin: 'audit', mapper: { resourceOf: () => found } }),
      policies,
      context: contextFromObjects(namespaces.values()),
      settings,
      now,
      decisionId: nextId(now),
      deadline: undefined,
      exemptions,
    });
    const violations = toldViolations([checkedObject(decision, [], { file: 'cluster', line: 0 })]);
    const key = `${group}/${kind}/${String(field(metadata, 'uid'))}`;
    const before = known.get(key);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(key, new Set(violations.keys()));
    const fresh = [...violations.values()].filter(({ id }) => before?.has(id) !== true);
    for (const { kind: what, namespace, name, rule, severity, message } of fresh) {
      const place = namespace === '' ? name : `${namespace}/${name}`;
      void io.write(`${new Date(now).toISOString()} ${severity} ${what} ${place} ${rule}: ${message}\n`);
    }
    if (options.notify !== undefined && fresh.length > 0)
      void notify(options.notify, fresh, options.notifyFormat, wait).then((problem) => {
        if (problem !== undefined) io.warn(`the notification was not taken: ${problem}`);
      });
  };
  // Namespaces are looked up by selectors, so they are followed whether or not a policy judges them.
  const wanted = resources.filter(
    (resource) => options.wants(resource) || (resource.group === '' && resource.kind === 'Namespace'),
  );
  const all = await api.send({ method: 'GET', path: '/api/v1/namespaces' });
  const items = all.ok && Array.isArray(all.body.items) ? all.body.items : [];
  for (const item of items as readonly JsonObject[])
    namespaces.set(String(field(field(item, 'metadata'), 'name')), {
      apiVersion: 'v1',
      kind: 'Namespace',
      ...item,
    });
  io.warn(`watching ${wanted.length} kinds`);
  await watchCluster({
    api,
    resources: wanted,
    onObject: judgeOne,
    onProblem: (message) => io.warn(message),
    wait,
    signal: options.signal,
  });
}
