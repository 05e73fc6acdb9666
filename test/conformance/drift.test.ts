// A real cluster against the manifests that were applied to it: every change made by hand afterwards is found and nothing else,
// and each names its author where the recorded requests are given. Skipped where the dump is not at hand.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  classifyDrift,
  createHistory,
  type DesiredObject,
  findDrift,
  indexLive,
} from '../../src/audit/index.js';
import {
  createExemptions,
  DEFAULT_BREAK_GLASS_SETTINGS,
  type ExemptionState,
  type Window,
} from '../../src/breakglass/index.js';
import { DEFAULT_SETTINGS } from '../../src/engine/index.js';
import { createKeyRing, createRegister, DEFAULT_OWNERS, type Grant } from '../../src/exceptions/index.js';
import { isTestFile, readAllFiles } from '../../src/files.js';
import type { Finding } from '../../src/findings/index.js';
import {
  contextFromObjects,
  createUlidGenerator,
  isJsonObject,
  type JsonObject,
} from '../../src/kubernetes/index.js';
import {
  createRiskTable,
  DEFAULT_RISKS,
  isInDefaultSet,
  loadPolicies,
  type PolicySet,
} from '../../src/policy/index.js';

const root = join(import.meta.dirname, '../..');
const cluster = join(root, '../shared/cluster');
const reviews = join(root, '../shared/reviews');
const present =
  existsSync(join(cluster, 'live')) && existsSync(join(cluster, 'desired')) && existsSync(reviews);
if (!present) process.stderr.write('drift: skipped, the dump of a cluster is not here\n');

const NOW = Date.parse('2026-11-21T00:00:00Z');
const nobody: ExemptionState = { register: createRegister(), windows: [] };

/** `who object path` of a finding, the way the README of the dump lists what people did. */
const lineOf = ({ kind, by, object, path }: Finding): string =>
  `${by.person} ${kind} ${object.kind} ${object.namespace}/${object.name} ${path}`.trim();

const CONTAINER = 'spec.template.spec.containers[0]';
/** Every change by hand to an object that the desired state holds. */
const BY_HAND = [
  `alice changed Deployment shop/frontend ${CONTAINER}.image`,
  'alice added Deployment shop/cartservice spec.replicas',
  'alice added Deployment shop/adservice metadata.annotations.note',
  'alice added Deployment shop/adservice metadata.labels.team',
  'alice missing Service shop/emailservice',
  'oncall-bob added Service shop/frontend-external spec.loadBalancerSourceRanges',
  `oncall-bob removed Deployment shop/checkoutservice ${CONTAINER}.securityContext.capabilities`,
  `oncall-bob removed Deployment shop/checkoutservice ${CONTAINER}.securityContext.readOnlyRootFilesystem`,
  `oncall-bob changed Deployment shop/checkoutservice ${CONTAINER}.securityContext.privileged`,
  `oncall-bob added Deployment shop/paymentservice ${CONTAINER}.env[2]`,
  `oncall-bob added Deployment shop/paymentservice ${CONTAINER}.env[3]`,
  'oncall-bob missing NetworkPolicy monitoring/grafana',
].sort();

/** What people made beside it. */
const MADE = [
  ...['Secret shop/db', 'ConfigMap shop/app', 'Service shop/ads-np', 'Ingress shop/web', 'Job shop/once'],
  ...['CronJob shop/nightly', 'HorizontalPodAutoscaler shop/frontend', 'PodDisruptionBudget shop/fe'],
  ...['ResourceQuota shop/q', 'Role shop/r', 'Pod shop/hostmount', 'ClusterRoleBinding /temp-debug'],
  ...['ClusterRoleBinding /ci-admin', 'ClusterRoleBinding /sre-admin', 'ClusterRoleBinding /alice-edit'],
];

(present ? describe : describe.skip)('a real cluster and its desired state', () => {
  let policies: PolicySet;
  let desired: readonly DesiredObject[];
  let live: ReturnType<typeof indexLive>;
  let secrets: readonly string[];

  beforeAll(async () => {
    const read = await readAllFiles([join(root, 'policies')], { accepts: (file) => !isTestFile(file) });
    policies = loadPolicies(read.documents.filter(isInDefaultSet), { parameters: {} }).set;
    const isObject = (value: unknown): value is JsonObject =>
      isJsonObject(value) && typeof value.kind === 'string';
    const dump = await readAllFiles([join(cluster, 'live')]);
    live = indexLive(
      dump.documents.map(({ value }) => value).filter(isObject),
      readdirSync(join(cluster, 'live')),
    );
    const stated = await readAllFiles([join(cluster, 'desired')]);
    desired = stated.documents.flatMap(({ value, file, line }) =>
      isObject(value) ? [{ object: value, file, line, folders: [basename(join(file, '..'))] }] : [],
    );
    secrets = live.objects
      .filter(({ kind }) => kind === 'Secret')
      .flatMap(({ data }) => Object.values(isJsonObject(data) ? data : {}))
      .filter((value): value is string => typeof value === 'string' && value.length > 8);
  });

  const findingsOf = (state: ExemptionState, withHistory = true, unmanaged = false): readonly Finding[] => {
    const history = createHistory();
    for (const file of withHistory ? readdirSync(reviews) : [])
      if (file.endsWith('.ndjson'))
        for (const line of readFileSync(join(reviews, file), 'utf8').split('\n'))
          if (line !== '') history.add(JSON.parse(line));
    const options = {
      defaultNamespace: 'default',
      excludedNamespaces: DEFAULT_SETTINGS.excludedNamespaces,
      unmanaged,
    };
    const settings = { breakGlass: DEFAULT_BREAK_GLASS_SETTINGS, owners: DEFAULT_OWNERS };
    return classifyDrift(findDrift(desired, live, options).drifts, {
      policies,
      context: contextFromObjects(live.objects),
      settings: DEFAULT_SETTINGS,
      exemptions: createExemptions(() => state, settings),
      state,
      risks: createRiskTable(DEFAULT_RISKS),
      mapper: live.mapper,
      history,
      pipeline: { users: ['system:serviceaccount:ci:*'], groups: [], managers: [] },
      now: NOW,
      nextId: createUlidGenerator(),
    });
  };

  test('every change by hand is found, with its author, and nothing else', () => {
    expect(findingsOf(nobody).map(lineOf).sort()).toEqual(BY_HAND);
  });

  test('without a log the field manager and the time are still known', () => {
    const findings = findingsOf(nobody, false).filter(({ kind }) => kind !== 'missing');
    for (const { by } of findings)
      expect(by).toMatchObject({ person: '', manager: expect.stringMatching(/^kubectl/) });
  });

  test('each is classed by what speaks about it', () => {
    const classes = Object.fromEntries(
      findingsOf(nobody).map((finding) => [lineOf(finding), [finding.class, finding.rule]]),
    );
    expect(classes[BY_HAND[0] ?? '']).toEqual(['review', 'no-policy-speaks']);
    const rules = Object.values(classes).map(([, rule]) => rule);
    expect(rules.sort()).toEqual(
      [
        ...Array(4).fill('no-policy-speaks'),
        ...Array(4).fill('high-risk-outside-pipeline'),
        ...['environment-credentials/named-credential', 'image-tag/not-latest', 'open-service/source-range'],
        'privileged-containers/privileged',
      ].sort(),
    );
  });

  test('what people made beside it is found too', () => {
    const found = findingsOf(nobody, true, true).filter(({ kind }) => kind === 'unmanaged');
    const names = found.map(({ object }) => `${object.kind} ${object.namespace}/${object.name}`);
    expect(names).toEqual(expect.arrayContaining(MADE));
    for (const { by } of found) expect(by.person).toMatch(/^(alice|oncall-bob|admin)$/);
  });

  test('ids and fingerprints are the same in every run', () => {
    const identify = (findings: readonly Finding[]) =>
      findings.map(({ id, fingerprint }) => `${id} ${fingerprint}`);
    const first = identify(findingsOf(nobody, true, true));
    expect(identify(findingsOf(nobody, false, true))).toEqual(first);
    expect(new Set(first).size).toBe(first.length);
  });

  test('no value of a Secret is in any finding, nor what it decodes to', () => {
    const text = JSON.stringify(findingsOf(nobody, true, true));
    expect(secrets.length).toBeGreaterThan(3);
    for (const secret of secrets) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret, 'base64').toString('utf8'));
    }
  });

  test('a window and an exception make known what they cover, and only that', () => {
    const window: Window = {
      id: 'bg-1',
      reason: 'checkout is down',
      incident: 'INC-1',
      openedBy: 'oncall-bob',
      opens: Date.parse('2026-11-20T20:00:00Z'),
      locks: Date.parse('2026-11-20T23:00:00Z'),
      scope: {
        resources: ['deployments.apps'],
        namespaces: ['shop'],
        names: ['paymentservice'],
        selector: undefined,
        images: [],
      },
      opening: { ok: true, how: 'signature' },
      resolutions: [],
      source: 'test',
    };
    const grant: Grant = {
      id: 'privileged-checkout',
      kind: 'exception',
      policies: [{ name: 'privileged-containers', rules: [] }],
      scope: {
        resources: [],
        namespaces: ['shop'],
        names: ['checkoutservice'],
        selector: undefined,
        images: [],
      },
      reason: 'debugging',
      ticket: 'T-1',
      requestedBy: 'oncall-bob',
      approval: {
        ok: true,
        by: 'carol',
        as: 'group:security-approvers',
        at: NOW - 3_600_000,
        how: 'signature',
        key: 'k',
      },
      starts: NOW - 3_600_000,
      expires: NOW + 86_400_000,
      revoked: undefined,
      source: 'test',
    };
    const settings = { ...createRegister().settings, approvers: ['group:security-approvers'] };
    const state = { register: createRegister([grant], createKeyRing(), settings), windows: [window] };
    const known = findingsOf(state).filter((finding) => finding.class === 'known-and-allowed');
    expect(known.map((finding) => `${lineOf(finding)}: ${finding.rule}`).sort()).toEqual([
      `oncall-bob added Deployment shop/paymentservice ${CONTAINER}.env[2]: break-glass bg-1`,
      `oncall-bob added Deployment shop/paymentservice ${CONTAINER}.env[3]: break-glass bg-1`,
      `oncall-bob changed Deployment shop/checkoutservice ${CONTAINER}.securityContext.privileged: exception privileged-checkout`,
    ]);
    const later = { ...state, windows: [{ ...window, locks: Date.parse('2026-11-20T20:01:00Z') }] };
    expect(findingsOf(later).some(({ rule }) => rule === 'break-glass bg-1')).toBe(false);
    const others = { ...state, windows: [{ ...window, openedBy: 'somebody-else' }] };
    expect(findingsOf(others).some(({ rule }) => rule === 'break-glass bg-1')).toBe(false);
  });
});
