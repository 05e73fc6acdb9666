// What an expression asks the API server's authorizer, and the answers. Evaluation is synchronous, so the answers are given
// beforehand: a question without one is an error, and the caller learns which to ask before evaluating again. Source of
// truth: k8s.io/apiserver pkg/cel/library/authz.go.
import { CelOpaque } from '../values.js';

/** Whom a check is about: whoever sent the request, or a service account. */
export type AuthorizationSubject =
  | { readonly kind: 'requester' }
  | { readonly kind: 'serviceAccount'; readonly namespace: string; readonly name: string };

export interface ResourceAttributes {
  readonly group: string;
  readonly resource: string;
  /** Empty for the resource itself. */
  readonly subresource: string;
  /** Empty for resources of the cluster, or all namespaces. */
  readonly namespace: string;
  /** Empty for any. */
  readonly name: string;
  /** As they were written; empty for none. One that does not parse counts as none. */
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

/** One question: may the subject do this? */
export type AuthorizationCheck =
  | {
      readonly kind: 'path';
      readonly subject: AuthorizationSubject;
      readonly path: string;
      readonly verb: string;
    }
  | ({
      readonly kind: 'resource';
      readonly subject: AuthorizationSubject;
      readonly verb: string;
    } & ResourceAttributes);

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  /** Why, in the authorizer's words; may be empty. */
  readonly reason: string;
  /** What went wrong when it was asked; undefined where nothing did. */
  readonly error?: string;
}

/** Looks an answer up; undefined where it is not known. Must not throw, and must answer the same each time. */
export type Authorize = (check: AuthorizationCheck) => AuthorizationAnswer | undefined;

/** Text that is the same for the same question, to keep answers under. */
export function authorizationKey(check: AuthorizationCheck): string {
  const { subject, verb } = check;
  const who = subject.kind === 'requester' ? [] : [subject.namespace, subject.name];
  const what =
    check.kind === 'path'
      ? [check.path]
      : [
          check.group,
          check.resource,
          check.subresource,
          check.namespace,
          check.name,
          check.fieldSelector,
          check.labelSelector,
        ];
  return JSON.stringify([subject.kind, ...who, check.kind, verb, ...what]);
}

/** Answers from a table, and the questions it had no answer to, each once. */
export interface AuthorizationAnswers {
  readonly authorize: Authorize;
  readonly missing: () => readonly AuthorizationCheck[];
}

/** A table of answers by `authorizationKey`. */
export function authorizationAnswers(known: ReadonlyMap<string, AuthorizationAnswer>): AuthorizationAnswers {
  const missing = new Map<string, AuthorizationCheck>();
  return {
    authorize: (check) => {
      const key = authorizationKey(check);
      const answer = known.get(key);
      if (answer === undefined) missing.set(key, check);
      return answer;
    },
    missing: () => [...missing.values()],
  };
}

/** Values of these types are never equal to one another: upstream has no equality for them. */
abstract class AuthorizationValue extends CelOpaque {
  equals(other: CelOpaque): boolean {
    return this === other;
  }
}

/** `authorizer` */
export class CelAuthorizer extends AuthorizationValue {
  readonly typeName = 'kubernetes.authorization.Authorizer';
  readonly authorize: Authorize | undefined;
  readonly subject: AuthorizationSubject;

  constructor(authorize: Authorize | undefined, subject: AuthorizationSubject = { kind: 'requester' }) {
    super();
    this.authorize = authorize;
    this.subject = subject;
  }
}

/** `authorizer.path(...)` */
export class CelPathCheck extends AuthorizationValue {
  readonly typeName = 'kubernetes.authorization.PathCheck';
  readonly authorizer: CelAuthorizer;
  readonly path: string;

  constructor(authorizer: CelAuthorizer, path: string) {
    super();
    this.authorizer = authorizer;
    this.path = path;
  }
}

/** `authorizer.group(...)` */
export class CelGroupCheck extends AuthorizationValue {
  readonly typeName = 'kubernetes.authorization.GroupCheck';
  readonly authorizer: CelAuthorizer;
  readonly group: string;

  constructor(authorizer: CelAuthorizer, group: string) {
    super();
    this.authorizer = authorizer;
    this.group = group;
  }
}

/** `authorizer.group(...).resource(...)` and `authorizer.requestResource` */
export class CelResourceCheck extends AuthorizationValue {
  readonly typeName = 'kubernetes.authorization.ResourceCheck';
  readonly authorizer: CelAuthorizer;
  readonly attributes: ResourceAttributes;

  constructor(authorizer: CelAuthorizer, attributes: ResourceAttributes) {
    super();
    this.authorizer = authorizer;
    this.attributes = attributes;
  }
}

/** `….check(verb)` */
export class CelDecision extends AuthorizationValue {
  readonly typeName = 'kubernetes.authorization.Decision';
  readonly answer: AuthorizationAnswer;

  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }
}

const NO_ATTRIBUTES: ResourceAttributes = {
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
};

/** The value of `authorizer`; without a function every check is an error. */
export function createAuthorizer(authorize?: Authorize): CelAuthorizer {
  return new CelAuthorizer(authorize);
}

/** The value of `authorizer.requestResource`: the check of what the request itself is about. */
export function createResourceCheck(
  authorizer: CelAuthorizer,
  attributes: Partial<ResourceAttributes>,
): CelResourceCheck {
  return new CelResourceCheck(authorizer, { ...NO_ATTRIBUTES, ...attributes });
}
