// Every recorded request through the engine and through the server over HTTPS: one decision each, the same by both ways,
// and those denied that must be. Skipped where the recordings are not at hand.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS, judge } from '../../src/engine/index.js';
import { isTestFile, readAllFiles } from '../../src/files.js';
import { decodeReview, EMPTY_CONTEXT } from '../../src/kubernetes/index.js';
import { isInDefaultSet, loadPolicies, type PolicySet } from '../../src/policy/index.js';
import { type Running, run } from '../unit/admission/running.js';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '../shared/reviews');
const present = existsSync(folder);
if (!present) console.log('recorded reviews: skipped, the folder with the recordings is not here');

const lines = present
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.ndjson'))
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
      .filter((line) => line !== '')
  : [];

(present ? describe : describe.skip)('recorded requests', () => {
  let running: Running;
  let set: PolicySet;
  beforeAll(async () => {
    const policies = join(root, 'policies');
    const { documents } = await readAllFiles([policies], { accepts: (file) => !isTestFile(file) });
    set = loadPolicies(documents.filter(isInDefaultSet)).set;
    running = await run({ policies: undefined });
  });
  afterAll(() => running.stop());

  const decisionOn = (line: string) => {
    const decoded = decodeReview(JSON.parse(line));
    if (!decoded.ok) throw new Error(decoded.message);
    return judge({
      review: decoded.review,
      policies: set,
      context: EMPTY_CONTEXT,
      settings: DEFAULT_SETTINGS,
      now: Date.now(),
      decisionId: 'd',
      deadline: undefined,
    });
  };

  test('get one decision each, the same over HTTPS as offline', async () => {
    const verdicts: string[] = [];
    for (const line of lines) {
      const { response } = JSON.parse((await running.post(line)).body);
      const offline = decisionOn(line);
      expect([response.uid, response.allowed, response.warnings ?? []]).toEqual([
        offline.review.uid,
        offline.allowed,
        offline.warnings,
      ]);
      if (!response.allowed)
        verdicts.push(`${offline.review.kind.kind} ${offline.review.namespace}/${offline.review.name}`);
    }
    console.log(`${lines.length} recorded requests, ${verdicts.length} denied`);
    for (const denied of [
      'Pod shop/hostmount',
      'Pod shop/debug',
      'Deployment shop/checkoutservice',
      'Deployment shop/paymentservice',
      'Role shop/r',
      'ConfigMap shop/app',
      'ClusterRoleBinding /temp-debug',
    ]) {
      expect(verdicts).toContain(denied);
    }
  }, 60_000);

  test('of the control plane are never denied', () => {
    for (const line of lines) {
      const decision = decisionOn(line);
      const { username } = decision.review.userInfo;
      if (username === 'system:apiserver' || username.startsWith('system:serviceaccount:kube-system:'))
        expect(decision.allowed).toBe(true);
    }
  });

  test('give away no secret they hold', () => {
    const secrets = new Set<string>();
    const walk = (value: unknown, inSecret: boolean): void => {
      if (typeof value === 'string') {
        if (inSecret && value.length >= 8) secrets.add(value);
      } else if (Array.isArray(value)) for (const item of value) walk(item, inSecret);
      else if (typeof value === 'object' && value !== null) {
        const { name, value: own } = value as { name?: unknown; value?: unknown };
        if (name === 'DB_PASSWORD' && typeof own === 'string') secrets.add(own);
        for (const [key, item] of Object.entries(value))
          walk(item, inSecret || key === 'AWS_SECRET_ACCESS_KEY');
      }
    };
    for (const line of lines) walk(JSON.parse(line).request.object, false);
    expect(secrets.size).toBeGreaterThan(1);
    const shown = JSON.stringify([
      lines
        .map((line) => decisionOn(line))
        .map(({ denial, violations, warnings, auditAnnotations, outcomes }) => [
          denial,
          violations,
          warnings,
          auditAnnotations,
          outcomes.map(({ findings }) => findings),
        ]),
      running.logged,
    ]);
    for (const secret of secrets) expect(shown.includes(secret)).toBe(false);
  });
});
