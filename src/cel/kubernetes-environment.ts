// The environment in which the API server evaluates ValidatingAdmissionPolicies, of Kubernetes 1.36. Source of truth:
// k8s.io/apiserver pkg/cel/environment/base.go (libraries, options) and pkg/admission/plugin/cel/compile.go (variables).
import {
  createEnvironment,
  type Environment,
  extendEnvironment,
  type VariableDeclaration,
} from './environment.js';
import { AUTHORIZER_VARIABLES, KUBERNETES_LIBRARIES } from './kubernetes-libraries.js';
import { NAMESPACE_STRUCTS, REQUEST_STRUCTS } from './kubernetes-structs.js';
import { type StructDeclaration, struct } from './structs.js';
import { type CelType, DYN, structType } from './types.js';

export interface ValidatingAdmissionOptions {
  /** Whether `params` is declared: the policy has a paramKind. Default true. */
  readonly params?: boolean;
  /** Whether `authorizer` is declared. Default true; match conditions of webhooks have it too. */
  readonly authorizer?: boolean;
  /** Whether `namespaceObject` is declared. Default true; match conditions of webhooks lack it. */
  readonly namespaceObject?: boolean;
  /** The policy's own variables by name, in their order; they become `variables.<name>`. */
  readonly variables?: readonly Omit<VariableDeclaration, 'lazy'>[];
  /** The type of `object` and `oldObject` where a schema is known; dynamic without it, as the API server evaluates. */
  readonly objectType?: CelType;
  /** The struct declarations `objectType` refers to. */
  readonly structs?: readonly StructDeclaration[];
}

/** An object type without fields: where a policy has no variables, `variables.x` is an undefined field. */
const NO_VARIABLES = struct('kubernetes.variables', {});

const base: Environment = createEnvironment({
  libraries: KUBERNETES_LIBRARIES,
  structs: [...REQUEST_STRUCTS, ...NAMESPACE_STRUCTS, NO_VARIABLES],
  options: { homogeneousLiterals: true, validateLiterals: true, lenientOptionals: true },
});

/**
 * The environment of a policy's expressions: `object`, `oldObject`, `request`, `params`, `namespaceObject`, `authorizer`,
 * `variables.*`. All but the last two are JSON; a variable of the policy may be given as a `Lazy`.
 */
export function validatingAdmissionEnvironment(options: ValidatingAdmissionOptions = {}): Environment {
  const { params = true, authorizer = true, namespaceObject = true, variables = [], structs = [] } = options;
  const objectType = options.objectType ?? DYN;
  const json = (name: string, type: CelType): VariableDeclaration => ({ name, type, json: true });
  const declared: VariableDeclaration[] = [
    json('object', objectType),
    json('oldObject', objectType),
    json('request', structType('kubernetes.AdmissionRequest')),
    ...(params ? [json('params', DYN)] : []),
    ...(namespaceObject ? [json('namespaceObject', structType('kubernetes.Namespace'))] : []),
    ...(authorizer ? AUTHORIZER_VARIABLES : []),
    json('variables', structType(NO_VARIABLES.name)),
    ...variables.map((variable) => ({ ...variable, name: `variables.${variable.name}`, lazy: true })),
  ];
  return extendEnvironment(base, { variables: declared, structs });
}
