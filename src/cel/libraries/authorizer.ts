// Authorization checks: `authorizer.group('apps').resource('deployments').check('create').allowed()` and its like. Source of
// truth: k8s.io/apiserver pkg/cel/library/authz.go; costs in cost.go.
import type { VariableDeclaration } from '../environment.js';
import {
  type CallResult,
  defineLibrary,
  type FunctionDeclaration,
  fn,
  type Library,
  receiver,
} from '../library.js';
import { BOOL, type CelType, opaqueType, STRING } from '../types.js';
import { type CelError, type CelValue, celError } from '../values.js';
import {
  type AuthorizationAnswer,
  type AuthorizationCheck,
  authorizationKey,
  CelAuthorizer,
  CelDecision,
  CelGroupCheck,
  CelPathCheck,
  CelResourceCheck,
  createResourceCheck,
  type ResourceAttributes,
} from './authorizer-values.js';
import { codePointLength } from './code-points.js';
import { dns1123LabelProblems, dns1123SubdomainProblems } from './named-formats.js';
import { trimSpace } from './string-text.js';

const AUTHORIZER = opaqueType<CelAuthorizer>('kubernetes.authorization.Authorizer');
const PATH_CHECK = opaqueType<CelPathCheck>('kubernetes.authorization.PathCheck');
const GROUP_CHECK = opaqueType<CelGroupCheck>('kubernetes.authorization.GroupCheck');
const RESOURCE_CHECK = opaqueType<CelResourceCheck>('kubernetes.authorization.ResourceCheck');
const DECISION = opaqueType<CelDecision>('kubernetes.authorization.Decision');

/** `authorizer`, and the check of the request's own resource. */
export const AUTHORIZER_VARIABLES: readonly VariableDeclaration[] = [
  { name: 'authorizer', type: AUTHORIZER },
  { name: 'authorizer.requestResource', type: RESOURCE_CHECK },
];

/** Two checks are as many as one expression can pay for. */
const CHECK_COST = { cost: () => 350_000, impure: true as const };

/** A list of requirements, each a structure and a list, for every two characters. */
const SELECTOR_COST = {
  cost: ([, selector]: readonly CelValue[]) => {
    const length = typeof selector === 'string' ? codePointLength(selector) : 0;
    return 10 + Math.ceil(length * 0.1) + Math.ceil(length * 0.5) * 50;
  },
};

function path(authorizer: CelAuthorizer, text: string): CelPathCheck | CelError {
  return trimSpace(text) === '' ? celError('path must not be empty') : new CelPathCheck(authorizer, text);
}

function serviceAccount(
  authorizer: CelAuthorizer,
  namespace: string,
  name: string,
): CelAuthorizer | CelError {
  if (dns1123SubdomainProblems(name).length > 0) return celError('Invalid service account name');
  if (dns1123LabelProblems(namespace).length > 0) return celError('Invalid service account namespace');
  return new CelAuthorizer(authorizer.authorize, { kind: 'serviceAccount', namespace, name });
}

function resource({ authorizer, group }: CelGroupCheck, name: string): CelResourceCheck | CelError {
  return trimSpace(name) === ''
    ? celError('resource must not be empty')
    : createResourceCheck(authorizer, { group, resource: name });
}

function ask(authorizer: CelAuthorizer, check: AuthorizationCheck): CelDecision | CelError {
  const answer = authorizer.authorize?.(check);
  return answer === undefined
    ? celError(`the authorizer's answer is not known: ${authorizationKey(check)}`)
    : new CelDecision(answer);
}

function attribute(name: keyof ResourceAttributes, id: string, options = {}): FunctionDeclaration {
  return fn(
    name,
    receiver(
      id,
      [RESOURCE_CHECK, STRING],
      RESOURCE_CHECK,
      ({ authorizer, attributes }, text) => new CelResourceCheck(authorizer, { ...attributes, [name]: text }),
      options,
    ),
  );
}

function ofDecision(
  name: string,
  result: CelType,
  read: (answer: AuthorizationAnswer) => CallResult,
): FunctionDeclaration {
  return fn(
    name,
    receiver(`decision_${name}`, [DECISION], result, ({ answer }) => read(answer)),
  );
}

export const authorizerLibrary: Library = defineLibrary({
  name: 'kubernetes.authz',
  version: 1,
  functions: [
    fn('path', receiver('authorizer_path', [AUTHORIZER, STRING], PATH_CHECK, path)),
    fn(
      'group',
      receiver(
        'authorizer_group',
        [AUTHORIZER, STRING],
        GROUP_CHECK,
        (authorizer, group) => new CelGroupCheck(authorizer, group),
      ),
    ),
    fn(
      'serviceAccount',
      receiver('authorizer_serviceaccount', [AUTHORIZER, STRING, STRING], AUTHORIZER, serviceAccount),
    ),
    fn('resource', receiver('groupcheck_resource', [GROUP_CHECK, STRING], RESOURCE_CHECK, resource)),
    attribute('subresource', 'resourcecheck_subresource'),
    attribute('namespace', 'resourcecheck_namespace'),
    attribute('name', 'resourcecheck_name'),
    attribute('fieldSelector', 'authorizer_fieldselector', SELECTOR_COST),
    attribute('labelSelector', 'authorizer_labelselector', SELECTOR_COST),
    fn(
      'check',
      receiver(
        'pathcheck_check',
        [PATH_CHECK, STRING],
        DECISION,
        (check, verb) =>
          ask(check.authorizer, { kind: 'path', subject: check.authorizer.subject, path: check.path, verb }),
        CHECK_COST,
      ),
      receiver(
        'resourcecheck_check',
        [RESOURCE_CHECK, STRING],
        DECISION,
        ({ authorizer, attributes }, verb) =>
          ask(authorizer, { kind: 'resource', subject: authorizer.subject, verb, ...attributes }),
        CHECK_COST,
      ),
    ),
    ofDecision('allowed', BOOL, ({ allowed }) => allowed),
    ofDecision('reason', STRING, ({ reason }) => reason),
    ofDecision('errored', BOOL, ({ error }) => error !== undefined),
    ofDecision('error', STRING, ({ error }) => error ?? ''),
  ],
});
