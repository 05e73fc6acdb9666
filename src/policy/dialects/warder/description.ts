// What a Policy says about itself: description, rollout stages, terms of exceptions.
import { type FieldPath, parseSettingDuration, parseTime } from '../../../kubernetes/index.js';
import type { ExceptionTerms, PolicyDescription, Stage } from '../../compiled.js';
import { compileSelector } from './match.js';
import type { Report } from './rule.js';
import type { PolicyDocument } from './schema.js';

function durationOf(text: string | undefined, path: FieldPath, report: Report): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseSettingDuration(text);
  return parsed.ok ? parsed.milliseconds : report(path, `${parsed.message}; write 30d, 12h or 1h30m`);
}

function timeOf(text: string | undefined, path: FieldPath, report: Report): number | undefined {
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (time !== undefined) return time;
  return report(path, `is not a time; write it as 2026-12-15T00:00:00Z, found ${JSON.stringify(text)}`);
}

export function compileDescription({ spec }: PolicyDocument, report: Report): PolicyDescription {
  const every = durationOf(spec.review?.every, ['spec', 'review', 'every'], report);
  timeOf(spec.review?.last, ['spec', 'review', 'last'], report);
  return {
    title: spec.title,
    description: spec.description,
    category: spec.category ?? '',
    severity: spec.severity,
    references: spec.references ?? [],
    owner: spec.owner ?? '',
    version: spec.version ?? '',
    review: spec.review === undefined || every === undefined ? undefined : { last: spec.review.last, every },
  };
}

export function compileStages({ spec }: PolicyDocument, report: Report): readonly Stage[] {
  return (spec.stages ?? []).map((stage, index) => ({
    namespaceSelector: compileSelector(stage.namespaceSelector),
    namespaces: stage.namespaces ?? [],
    actions: [stage.action],
    from: timeOf(stage.from, ['spec', 'stages', index, 'from'], report),
    until: timeOf(stage.until, ['spec', 'stages', index, 'until'], report),
  }));
}

/** Exceptions are allowed unless the policy says otherwise; who may approve them is up to the policy. */
export function compileTerms({ spec }: PolicyDocument, report: Report): ExceptionTerms {
  const approvers = spec.exceptions?.approvers ?? [];
  for (const [index, approver] of approvers.entries()) {
    if (/^(group|user):./.test(approver)) continue;
    report(['spec', 'exceptions', 'approvers', index], `must be group:NAME or user:NAME, found ${approver}`);
  }
  return {
    allowed: spec.exceptions?.allowed ?? true,
    maxDuration: durationOf(spec.exceptions?.maxDuration, ['spec', 'exceptions', 'maxDuration'], report),
    approvers,
  };
}
