// SARIF 2.1.0: one rule for every policy rule, one result for every violation, stable ids and fingerprints.
import { createHash } from 'node:crypto';
import type { Violation } from '../engine/index.js';
import type { CompiledPolicy, CompiledRule } from '../policy/index.js';
import type { CheckedObject, CheckReport } from './findings.js';

const LEVELS = { deny: 'error', warn: 'warning', audit: 'note' } as const;
/** GitHub's scale for `security-severity`. */
const SCORES = { critical: '9.5', high: '8.0', medium: '5.5', low: '3.0' } as const;

function ruleOf(policy: CompiledPolicy, rule: CompiledRule): object {
  const { title, description, references, category } = policy.description;
  const help = references.length === 0 ? description : `${description}\n\n${references.join('\n')}`;
  return {
    id: `${policy.name}/${rule.name}`,
    name: `${policy.name}/${rule.name}`,
    shortDescription: { text: title },
    fullDescription: { text: description },
    help: { text: help },
    ...(references[0] === undefined ? {} : { helpUri: references[0] }),
    properties: {
      'security-severity': SCORES[rule.severity],
      tags: ['kubernetes', ...(category === '' ? [] : [category])],
    },
  };
}

function resultOf(object: CheckedObject, violation: Violation): object {
  const place = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`;
  const at = object.source.positionOf?.(violation.fieldPath ?? []) ?? { line: object.source.line, column: 1 };
  const ruleId = `${violation.policy}/${violation.rule}`;
  const identity = [ruleId, object.group, object.kind, object.namespace, object.name, violation.path].join(
    '\0',
  );
  return {
    ruleId,
    level: LEVELS[violation.action],
    message: {
      text: `${object.kind} ${place}: ${violation.message}${violation.fix === '' ? '' : `\nFix: ${violation.fix}`}`,
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: object.source.file.replaceAll('\\', '/') },
          region: { startLine: at.line, startColumn: at.column },
        },
        logicalLocations: [
          {
            fullyQualifiedName: `${object.kind}/${place}${violation.path === '' ? '' : `:${violation.path}`}`,
          },
        ],
      },
    ],
    partialFingerprints: { 'warder/v1': createHash('sha256').update(identity).digest('hex').slice(0, 32) },
  };
}

/** A SARIF log of one run. */
export function renderSarif(report: CheckReport, version: string): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Warder',
            version,
            informationUri: 'https://warder.dev',
            rules: report.policies.flatMap((policy) => policy.rules.map((rule) => ruleOf(policy, rule))),
          },
        },
        results: report.objects.flatMap((object) =>
          object.violations.map((violation) => resultOf(object, violation)),
        ),
        properties: { policySetDigest: report.policySetDigest },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
