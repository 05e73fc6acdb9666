// Admission of BreakGlass objects: who opens an emergency, who may end it, who decides on what was done. Nobody extends one.
import {
  builtInOutcome,
  builtInPolicy,
  type JudgeInput,
  type Objection,
  type PolicyOutcome,
} from '../engine/index.js';
import { type People, requestSource } from '../exceptions/index.js';
import {
  formatTime,
  isJsonObject,
  type JsonObject,
  type Review,
  roughDuration,
  sameJson,
} from '../kubernetes/index.js';
import { checkSchema } from '../policy/index.js';
import { type BreakGlassSpec, breakGlassSchema } from './schema.js';
import { type BreakGlassSettings, refuseIdentity, refuseReviewer } from './window.js';

const POLICY = builtInPolicy(
  'warder-breakglass',
  'Emergencies are opened by emergency identities, and end by themselves',
  'An emergency that anybody can open, or prolong, is no emergency but a way around the rules.',
  ['form', 'identity', 'duration', 'unchanged', 'review'],
);

/** A window is opened when it says it is. */
const LEEWAY = 5 * 60_000;

function specOf(object: JsonObject | null): BreakGlassSpec | undefined {
  if (object === null) return undefined;
  const checked = checkSchema(breakGlassSchema, requestSource(object));
  return checked.ok ? checked.value.spec : undefined;
}

function formObjections(object: JsonObject): readonly Objection[] {
  const checked = checkSchema(breakGlassSchema, requestSource(object));
  if (checked.ok) return [];
  return checked.problems.map(({ field, message }) => ({
    rule: 'form',
    message: `${field === '' ? 'the object' : field} ${message}`,
  }));
}

function openingObjections(
  spec: BreakGlassSpec,
  { review, now }: JudgeInput,
  settings: BreakGlassSettings,
): readonly Objection[] {
  const { username } = review.userInfo;
  const objections: Objection[] = [];
  const refusal = refuseIdentity(review.userInfo, settings);
  if (refusal !== undefined) objections.push({ rule: 'identity', message: refusal });
  if (spec.openedBy !== username) {
    const message = `${username} cannot open an emergency in the name of ${spec.openedBy}`;
    objections.push({
      rule: 'identity',
      path: ['spec', 'openedBy'],
      found: spec.openedBy,
      expected: username,
      message,
    });
  }
  if (spec.duration > settings.maxDuration) {
    const expected = `at most ${roughDuration(settings.maxDuration)}`;
    const message = `an emergency lasts ${expected}: open another when it is over`;
    objections.push({
      rule: 'duration',
      path: ['spec', 'duration'],
      found: roughDuration(spec.duration),
      expected,
      message,
    });
  }
  if (Math.abs(spec.openedAt - now) > LEEWAY) {
    const message = `openedAt must be the time of opening, ${formatTime(now)}`;
    objections.push({
      rule: 'duration',
      path: ['spec', 'openedAt'],
      found: formatTime(spec.openedAt),
      expected: formatTime(now),
      message,
    });
  }
  if (spec.closedAt !== undefined || (spec.reviews ?? []).length > 0)
    objections.push({ rule: 'form', message: 'a new emergency is neither closed nor reviewed' });
  return objections;
}

/** Everything but what ends it sooner and what was decided about it stays as it was opened. */
function changeObjections(spec: BreakGlassSpec, old: BreakGlassSpec, now: number): readonly Objection[] {
  const { closedAt, reviews: _, ...rest } = spec;
  const { closedAt: closedBefore, reviews: __, ...before } = old;
  const objections: Objection[] = [];
  // Read from JSON by one schema; times and durations are numbers.
  if (!sameJson(rest as unknown as JsonObject, before as unknown as JsonObject))
    objections.push({
      rule: 'unchanged',
      message: 'an emergency cannot be changed, prolonged or moved: open another',
    });
  const reopened = closedBefore !== undefined && (closedAt === undefined || closedAt > closedBefore);
  if (reopened || (closedAt !== undefined && closedAt > now + LEEWAY)) {
    const message = reopened ? 'what was closed stays closed' : 'closedAt cannot be in the future';
    objections.push({ rule: 'unchanged', path: ['spec', 'closedAt'], message });
  }
  return objections;
}

function reviewObjections(
  id: string,
  spec: BreakGlassSpec,
  old: BreakGlassSpec,
  { review, now }: JudgeInput,
  settings: BreakGlassSettings,
  people: People,
): readonly Objection[] {
  const before = old.reviews ?? [];
  const after = spec.reviews ?? [];
  const kept = before.every((entry, index) =>
    sameJson(entry as unknown as JsonObject, (after[index] ?? null) as unknown as JsonObject),
  ); // as above
  if (!kept) return [{ rule: 'review', message: 'what was decided stays: decisions are only added' }];
  const added = after.slice(before.length);
  if (added.length === 0) return [];
  const { username } = review.userInfo;
  const refusal = refuseReviewer({ id, openedBy: old.openedBy }, review.userInfo, settings, people.same);
  if (refusal !== undefined) return [{ rule: 'review', message: refusal }];
  return added.flatMap(({ item, by, at }): readonly Objection[] => {
    if (before.some((entry) => entry.item === item))
      return [{ rule: 'review', message: `${item} is decided already` }];
    if (by !== username)
      return [{ rule: 'review', message: `${username} cannot decide in the name of ${by}` }];
    return Math.abs(at - now) > LEEWAY
      ? [{ rule: 'review', message: `the decision on ${item} must state its time, ${formatTime(now)}` }]
      : [];
  });
}

/** An emergency is evidence: it is deleted by a reviewer, after it has locked. */
function deletionObjections(
  id: string,
  { oldObject, userInfo }: Review,
  now: number,
  settings: BreakGlassSettings,
  people: People,
): readonly Objection[] {
  const old = specOf(oldObject);
  if (old === undefined) return [];
  const locks = Math.min(
    old.openedAt + Math.min(old.duration, settings.maxDuration),
    old.closedAt ?? Number.POSITIVE_INFINITY,
  );
  const refusal = refuseReviewer({ id, openedBy: old.openedBy }, userInfo, settings, people.same);
  if (refusal !== undefined) return [{ rule: 'review', message: refusal }];
  return now < locks
    ? [{ rule: 'unchanged', message: `${id} is open until ${formatTime(locks)}: close it first` }]
    : [];
}

const isBreakGlassReview = ({ resource, subResource }: Review): boolean =>
  resource.group === 'warder.dev' && resource.resource === 'breakglasses' && subResource === '';

/** Judges a request on a BreakGlass object; undefined for any other. */
export function guardBreakGlass(
  input: JudgeInput,
  settings: BreakGlassSettings,
  people: People,
): PolicyOutcome | undefined {
  const { review, now } = input;
  if (!isBreakGlassReview(review)) return undefined;
  if (review.operation === 'DELETE')
    return builtInOutcome(POLICY, deletionObjections(review.name, review, now, settings, people));
  if (!isJsonObject(review.object)) return builtInOutcome(POLICY, []);
  const spec = specOf(review.object);
  if (spec === undefined) return builtInOutcome(POLICY, formObjections(review.object));
  const old = specOf(review.oldObject);
  if (old === undefined) return builtInOutcome(POLICY, openingObjections(spec, input, settings));
  const objections = [
    ...changeObjections(spec, old, now),
    ...reviewObjections(review.name, spec, old, input, settings, people),
  ];
  return builtInOutcome(POLICY, objections);
}
