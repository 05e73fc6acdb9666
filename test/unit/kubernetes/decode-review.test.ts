import { describe, expect, test } from '@jest/globals';
import { decodeReview, parseJson, syntheticReview } from '../../../src/kubernetes/index.js';

const pods = { group: '', version: 'v1', resource: 'pods' };
const request = {
  uid: 'u1',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: pods,
  operation: 'CREATE',
  userInfo: { username: 'alice', groups: ['a'] },
  namespace: 'shop',
  name: 'web',
  object: { kind: 'Pod', unknown: { kept: true } },
};
const review = (overrides: object = {}, outer: object = {}) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { ...request, ...overrides },
  ...outer,
});

describe('a review', () => {
  test('is read in place', () => {
    const json = review({ dryRun: true, subResource: 'exec' });
    const decoded = decodeReview(json);
    expect(decoded).toMatchObject({
      ok: true,
      review: {
        uid: 'u1',
        operation: 'CREATE',
        namespace: 'shop',
        dryRun: true,
        subResource: 'exec',
        requestSubResource: 'exec',
        oldObject: null,
      },
    });
    expect(decoded.ok && decoded.review.object).toBe(json.request.object);
  });

  test.each<[string, unknown, string]>([
    ['a list', [], 'is not an AdmissionReview'],
    ['null', null, 'is not an AdmissionReview'],
    ['another kind', review({}, { kind: 'Pod' }), 'kind is "Pod", expected AdmissionReview'],
    ['no kind', review({}, { kind: undefined }), 'kind is nothing'],
    [
      'an older version',
      review({}, { apiVersion: 'admission.k8s.io/v1beta1' }),
      'expected admission.k8s.io/v1',
    ],
    ['no request', review({}, { request: undefined }), 'request is nothing'],
    ['no uid', review({ uid: '' }), 'request.uid'],
    ['an unknown operation', review({ operation: 'PATCH' }), 'expected one of CREATE'],
    ['no kind in the request', review({ kind: {} }), 'request.kind'],
    ['no resource in the request', review({ resource: null }), 'request.resource'],
    ['a list as object', review({ object: [1] }), 'request.object is a list'],
    ['a text as user', review({ userInfo: 'alice' }), 'request.userInfo is "alice"'],
  ])('%s is refused with the field at fault', (_name, json, message) => {
    const decoded = decodeReview(json);
    expect(decoded.ok ? '' : decoded.message).toContain(message);
  });

  test('a refusal still names the uid where there is one', () => {
    expect(decodeReview(review({ operation: 'x' }))).toMatchObject({ ok: false, uid: 'u1' });
  });
});

describe('bytes', () => {
  test.each([
    [
      'text that is not JSON',
      '{"a": 1,\n "b" 2}',
      { line: 2, message: expect.stringContaining('is not JSON') },
    ],
    ['a body cut off', '{"a": [1, 2', { line: 1, message: expect.stringContaining('is not JSON') }],
    ['a NUL byte', '{"a": \0}', { line: 1, message: expect.stringContaining('is not JSON') }],
  ])('%s', (_name, text, problem) => {
    expect(parseJson(Buffer.from(text))).toMatchObject({ ok: false, problem });
  });

  test('invalid UTF-8 is refused, not repaired', () => {
    expect(parseJson(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({
      ok: false,
      problem: { message: 'is not valid UTF-8' },
    });
  });

  test('of duplicate keys the last wins, and __proto__ is a key', () => {
    const parsed = parseJson(Buffer.from('{"a": 1, "a": 2, "__proto__": {"x": 1}}'));
    expect(parsed.ok && Object.entries(parsed.value as object)).toEqual([
      ['a', 2],
      ['__proto__', { x: 1 }],
    ]);
  });

  test('100,000 levels of nesting are no crash', () => {
    expect(parseJson(Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))).ok).toBe(true);
  });
});

describe('a synthetic review', () => {
  test.each<[string, object, object]>([
    [
      'a Pod without namespace',
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
      { resource: pods, namespace: 'default', name: 'a' },
    ],
    [
      'a Deployment',
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'x' } },
      { resource: { group: 'apps', version: 'v1', resource: 'deployments' }, namespace: 'x' },
    ],
    [
      'a cluster-scoped object',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'r', namespace: 'x' },
      },
      { namespace: '' },
    ],
    [
      'a Namespace is in itself',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } },
      { namespace: 'n' },
    ],
    [
      'an unknown kind',
      { apiVersion: 'x.io/v1', kind: 'NetworkPolicy' },
      { resource: { group: 'x.io', version: 'v1', resource: 'networkpolicies' } },
    ],
  ])('of %s', (_name, object, expected) => {
    expect(syntheticReview(object as never, { origin: 'audit' })).toMatchObject(expected);
  });

  test('of a deletion has the object as the old one', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
    expect(syntheticReview(object, { origin: 'audit', operation: 'DELETE' })).toMatchObject({
      object: null,
      oldObject: object,
    });
  });
});

describe('a field of another type than the API server sends is refused, not read as absent', () => {
  test.each<[string, object, string]>([
    ['namespace', { namespace: ['shop'] }, 'request.namespace is a list, expected a string'],
    ['name', { name: 7 }, 'request.name is 7, expected a string'],
    ['subResource', { subResource: {} }, 'request.subResource is an object, expected a string'],
    ['dryRun', { dryRun: 'true' }, 'request.dryRun is "true", expected true or false'],
    [
      'username',
      { userInfo: { username: null, groups: 'admins' } },
      'request.userInfo.groups is not a list of strings',
    ],
    [
      'groups',
      { userInfo: { username: 'a', groups: ['a', 1] } },
      'request.userInfo.groups is not a list of strings',
    ],
  ])('%s', (_name, overrides, message) =>
    expect(decodeReview(review(overrides))).toEqual({ ok: false, uid: 'u1', message }));
});
