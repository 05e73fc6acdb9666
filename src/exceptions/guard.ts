// Admission of PolicyException objects: who may create or change which. What an approver says counts because the API server
// says who the approver is. See docs/decisions/0010.
import {
  builtInOutcome,
  builtInPolicy,
  type JudgeInput,
  type Objection,
  type PolicyOutcome,
} from '../engine/index.js';
import { isJsonObject, type JsonObject, type JsonValue, type Review } from '../kubernetes/index.js';
import { checkSchema } from '../policy/index.js';
import { approvalObjections, onlyTightens } from './guard-approval.js';
import { hasRight } from './people.js';
import type { ExceptionRegister } from './register.js';
import { type ExceptionSpec, exceptionSchema } from './schema.js';

const POLICY = builtInPolicy(
  'warder-exceptions',
  'Exceptions are approved by those who may',
  'Whoever could write an exception and its approval could exempt themselves.',
  ['form', 'requester', 'approval', 'approver', 'duration'],
);

/** A document as it arrives in a request: it has no file. */
export const requestSource = (value: JsonValue) => ({
  file: 'object',
  value,
  positionOf: () => ({ line: 1, column: 1 }),
});

function specOf(object: JsonObject | null): ExceptionSpec | undefined {
  if (object === null) return undefined;
  const checked = checkSchema(exceptionSchema, requestSource(object));
  return checked.ok ? checked.value.spec : undefined;
}

function formObjections(object: JsonObject): readonly Objection[] {
  const checked = checkSchema(exceptionSchema, requestSource(object));
  if (checked.ok) return [];
  return checked.problems.map(({ field, message }) => ({
    rule: 'form',
    message: `${field === '' ? 'the object' : field} ${message}`,
  }));
}

/** Nobody asks in another's name, and nobody changes later who asked: approval by oneself would follow. */
function requesterObjections(
  spec: ExceptionSpec,
  old: ExceptionSpec | undefined,
  { userInfo }: Review,
  { settings }: ExceptionRegister,
): readonly Objection[] {
  const { username, groups } = userInfo;
  const at = { rule: 'requester', path: ['spec', 'requestedBy'], found: spec.requestedBy };
  if (old !== undefined) {
    const message = `${old.requestedBy} asked for this exception; that cannot be changed`;
    return old.requestedBy === spec.requestedBy ? [] : [{ ...at, expected: old.requestedBy, message }];
  }
  const mayDelegate = settings.delegates.some((right) => hasRight(right, username, groups));
  if (spec.requestedBy === username || mayDelegate) return [];
  return [
    { ...at, expected: username, message: `${username} cannot ask in the name of ${spec.requestedBy}` },
  ];
}

const isExceptionReview = ({ resource, subResource }: Review): boolean =>
  resource.group === 'warder.dev' && resource.resource === 'policyexceptions' && subResource === '';

/**
 * Judges a request that creates or changes a PolicyException; undefined for any other. Deleting one, like ending it sooner,
 * needs nobody's approval. A signed one may be delivered by anybody: the signature says who asked and who approved.
 */
export function guardException(input: JudgeInput, register: ExceptionRegister): PolicyOutcome | undefined {
  const { review } = input;
  if (!isExceptionReview(review)) return undefined;
  if (review.operation === 'DELETE' || !isJsonObject(review.object)) return builtInOutcome(POLICY, []);
  const spec = specOf(review.object);
  if (spec === undefined) return builtInOutcome(POLICY, formObjections(review.object));
  const old = specOf(review.oldObject);
  const approval = onlyTightens(spec, old) ? [] : approvalObjections(review.object, spec, input, register);
  const isSigned = spec.signature !== undefined && approval.length === 0;
  const requester = isSigned ? [] : requesterObjections(spec, old, review, register);
  return builtInOutcome(POLICY, [...requester, ...approval]);
}
