import { expect, test } from '@jest/globals';
import { podTemplateOf } from '../../../src/kubernetes/index.js';

test('a template cannot pass for another kind than Pod', () => {
  const object = { spec: { template: { apiVersion: 'v2', kind: 'Harmless', spec: { hostNetwork: true } } } };
  const found = podTemplateOf({ group: 'apps', version: 'v1', kind: 'Deployment' }, object);
  expect(found).toEqual({
    path: ['spec', 'template'],
    pod: { apiVersion: 'v1', kind: 'Pod', spec: { hostNetwork: true } },
  });
});
