// CustomResourceDefinitions of Warder's kinds. All are cluster-scoped: what is written in one namespace says nothing in another.
import type { JsonObject } from '../kubernetes/index.js';
import { policySchema } from './dialects/warder/schema.js';
import { structuralSchema } from './structural-schema.js';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date' | 'integer';
  readonly jsonPath: string;
  /** Shown with -o wide only. */
  readonly wide?: boolean;
}

/** A check of the API server itself, in CEL, on `spec`; `oldSelf` makes it one of changes. */
export interface SpecValidation {
  readonly rule: string;
  readonly message: string;
}

export interface Definition {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly schema: Parameters<typeof structuralSchema>[0];
  readonly columns: readonly PrinterColumn[];
  readonly validations: readonly SpecValidation[];
}

export function customResourceDefinition(definition: Definition): JsonObject {
  const { kind, plural, shortNames, columns, validations } = definition;
  const { properties } = structuralSchema(definition.schema) as { properties: { spec: JsonObject } }; // every kind has a spec
  const spec: JsonObject = {
    ...properties.spec,
    ...(validations.length === 0
      ? {}
      : { 'x-kubernetes-validations': validations.map((one) => ({ ...one })) }),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.warder.dev`, labels: { 'app.kubernetes.io/part-of': 'warder' } },
    spec: {
      group: 'warder.dev',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [...shortNames],
        categories: ['warder'],
      },
      scope: 'Cluster',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          additionalPrinterColumns: [
            ...columns.map(({ name, type, jsonPath, wide }) => ({
              name,
              type,
              jsonPath,
              ...(wide === true ? { priority: 1 } : {}),
            })),
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec,
              },
            },
          },
        },
      ],
    },
  };
}

/** The definition of Policy. Its rules are checked by Warder when they are admitted: CEL cannot compile CEL. */
export const POLICY_DEFINITION: Definition = {
  kind: 'Policy',
  plural: 'policies',
  shortNames: ['wpol'],
  schema: policySchema,
  columns: [
    { name: 'Title', type: 'string', jsonPath: '.spec.title' },
    { name: 'Action', type: 'string', jsonPath: '.spec.action' },
    { name: 'Severity', type: 'string', jsonPath: '.spec.severity' },
    { name: 'Owner', type: 'string', jsonPath: '.spec.owner', wide: true },
  ],
  validations: [],
};
