// What the exceptions an object claims make of the outcomes of its policies. The excepted rule has been evaluated: the result
// says whether it would have failed.
import type { ClaimUse, Exempted, JudgeInput, PolicyOutcome, RuleFinding } from '../engine/index.js';
import { formatTime, roughDuration } from '../kubernetes/index.js';
import type { CompiledPolicy, PolicySet } from '../policy/index.js';
import { refuseByPolicy, refuseUse } from './authorise.js';
import { type Claim, claimsOf, showClaim } from './claims.js';
import type { Grant, PolicyReference, Refusal } from './grant.js';
import type { ExceptionRegister } from './register.js';
import { coversFinding } from './scope.js';

/** A claim while the outcomes are gone through. */
interface OpenClaim {
  readonly id: string;
  readonly kind: ClaimUse['kind'];
  /** undefined: it could not be read, or does not hold whatever the policy. */
  readonly usable: Grant | undefined;
  readonly grant: Grant | undefined;
  readonly refusals: Refusal[];
  readonly excepted: string[];
  readonly unneeded: string[];
}

type Usable = OpenClaim & { readonly usable: Grant };

const names = ({ name }: PolicyReference, policy: CompiledPolicy): boolean =>
  name === policy.name || name === policy.id;

/** What a grant names that is not there: most likely misspelt, and then it protects nobody from a surprise. */
function missingReference({ policies }: Grant, set: PolicySet): Refusal | undefined {
  for (const reference of policies) {
    const policy = set.policies.find((candidate) => names(reference, candidate));
    if (policy === undefined)
      return { code: 'rule', message: `no policy ${reference.name} is in force here` };
    const rule = reference.rules.find((name) => !policy.rules.some((known) => known.name === name));
    if (rule !== undefined) return { code: 'rule', message: `${policy.name} has no rule ${rule}` };
  }
  return undefined;
}

function openClaim(
  claim: Claim,
  register: ExceptionRegister,
  { review, now, policies }: JudgeInput,
): OpenClaim {
  const lists = { excepted: [], unneeded: [] };
  const { kind } = claim;
  const resolved = register.resolve(claim);
  if (!resolved.ok) {
    const unread = { id: showClaim(claim), kind, grant: undefined, usable: undefined };
    return { ...unread, refusals: [resolved.refusal], ...lists };
  }
  const { grant } = resolved;
  const refusal = refuseUse(grant, review, now, register.people) ?? missingReference(grant, policies);
  if (refusal === undefined) return { id: grant.id, kind, grant, usable: grant, refusals: [], ...lists };
  return { id: grant.id, kind, grant, usable: undefined, refusals: [refusal], ...lists };
}

/** Claims that hold for a policy; one that this policy does not accept may still hold for another. */
function acceptedFor(
  policy: CompiledPolicy,
  claims: readonly OpenClaim[],
  register: ExceptionRegister,
): Usable[] {
  return claims.filter((claim): claim is Usable => {
    const { usable, refusals } = claim;
    if (usable === undefined || !usable.policies.some((reference) => names(reference, policy))) return false;
    const refusal = refuseByPolicy(usable, policy, register.settings);
    if (refusal !== undefined) refusals.push(refusal);
    return refusal === undefined;
  });
}

const speaksOf = ({ usable }: Usable, policy: CompiledPolicy, rule: string): boolean =>
  usable.policies.some(
    (reference) =>
      names(reference, policy) && (reference.rules.length === 0 || reference.rules.includes(rule)),
  );

function exceptedBy({ id, usable }: Usable): string {
  const by = usable.approval.ok ? `, approved by ${usable.approval.by}` : '';
  return `excepted by ${id} until ${formatTime(usable.expires)}${by}`;
}

/** The finding of a rule that claims speak of; the finding as it was where none covers it. */
function exceptFinding(
  finding: RuleFinding,
  claims: readonly Usable[],
  label: string,
  { review }: JudgeInput,
): RuleFinding {
  if (finding.kind !== 'fail' && finding.kind !== 'error') return finding;
  const covering = (path: RuleFinding['failures'][number]['path']): Usable | undefined =>
    claims.find(({ usable }) => coversFinding(usable.scope, review, path));
  const parts = finding.kind === 'error' ? [{ path: undefined }] : finding.failures;
  const coverers = parts.map(({ path }) => covering(path));
  for (const claim of new Set(coverers)) claim?.excepted.push(label);
  const [first] = coverers;
  if (first !== undefined && coverers.every((claim) => claim !== undefined)) {
    const message = finding.kind === 'error' ? `: ${finding.message}` : '';
    return { ...finding, kind: 'excepted', message: `${exceptedBy(first)}${message}` };
  }
  if (finding.kind === 'error') return finding;
  return { ...finding, failures: finding.failures.filter((_, index) => coverers[index] === undefined) };
}

function exceptOutcome(outcome: PolicyOutcome, claims: readonly Usable[], input: JudgeInput): PolicyOutcome {
  if (claims.length === 0 || outcome.skipped !== undefined) return outcome;
  const { policy } = outcome;
  const findings: RuleFinding[] = [];
  for (const rule of policy.rules) {
    const finding = outcome.findings.find((candidate) => candidate.rule === rule);
    const speaking = claims.filter((claim) => speaksOf(claim, policy, rule.name));
    const label = `${policy.name}/${rule.name}`;
    if (speaking.length === 0) {
      if (finding !== undefined) findings.push(finding);
    } else if (finding === undefined) {
      for (const claim of speaking) claim.unneeded.push(label);
      const message = `passes: exception ${speaking.map(({ id }) => id).join(', ')} is not needed`;
      findings.push({ rule, kind: 'unneeded', failures: [], message });
    } else findings.push(exceptFinding(finding, speaking, label, input));
  }
  return { ...outcome, findings };
}

function resultOf({ refusals, excepted, unneeded }: OpenClaim): ClaimUse['result'] {
  if (excepted.length > 0) return 'excepted';
  if (refusals.length > 0) return 'refused';
  return unneeded.length > 0 ? 'unneeded' : 'idle';
}

function closeClaim(claim: OpenClaim): ClaimUse {
  const { id, kind, grant, refusals } = claim;
  return {
    id,
    kind,
    result: resultOf(claim),
    code: refusals[0]?.code ?? '',
    message: refusals.map(({ message }) => message).join('; '),
    excepted: [...new Set(claim.excepted)],
    unneeded: [...new Set(claim.unneeded)].filter((label) => !claim.excepted.includes(label)),
    expires: grant?.expires,
    approvedBy: grant?.approval.ok === true ? grant.approval.by : '',
  };
}

/** What the user is told: what runs out soon, what does not hold, what is not needed any more. */
function noteOf(
  { id, result, message, expires, unneeded }: ClaimUse,
  now: number,
  warnBefore: number,
): string | undefined {
  switch (result) {
    case 'refused':
      return `exception ${id} does not hold: ${message}`;
    case 'unneeded':
      return `exception ${id} is not needed: ${unneeded.join(', ')} passes; take the claim off`;
    case 'excepted':
      return expires !== undefined && expires - now <= warnBefore
        ? `exception ${id} expires in ${roughDuration(expires - now)} (${formatTime(expires)})`
        : undefined;
    case 'idle':
      return undefined;
  }
}

/** Applies what an object claims; undefined where it claims nothing. */
export function applyClaims(
  outcomes: readonly PolicyOutcome[],
  input: JudgeInput,
  register: ExceptionRegister,
): Exempted | undefined {
  const open = claimsOf(input.review).map((claim) => openClaim(claim, register, input));
  if (open.length === 0) return undefined;
  const accepted = new Map<CompiledPolicy, Usable[]>();
  const excepted = outcomes.map((outcome) => {
    const { policy } = outcome;
    const claims = accepted.get(policy) ?? acceptedFor(policy, open, register);
    accepted.set(policy, claims);
    return exceptOutcome(outcome, claims, input);
  });
  const claims = open.map(closeClaim);
  const notes = claims.flatMap((claim) => noteOf(claim, input.now, register.settings.warnBefore) ?? []);
  return { outcomes: excepted, claims, window: undefined, missed: undefined, notes };
}
