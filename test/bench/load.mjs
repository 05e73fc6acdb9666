// Loading and compiling 1,000 policies of mixed dialects, from texts in memory to a policy set.
import { readText } from '../../dist/files.js';
import { loadPolicies } from '../../dist/policy/index.js';

const COUNT = 1_000;
const ROUNDS = 7;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const own = (n) => `apiVersion: warder.dev/v1
kind: Policy
metadata: { name: own-${n} }
spec:
  title: T
  description: D
  podTemplates: true
  rules:
    - name: limit
      each: $.spec.containers[*]
      when: "!item.name.startsWith('istio-${n}')"
      require: { path: resources.limits.memory, atMost: ${(n % 9) + 1}Gi }
      message: "container {item.name} has too much"
`;
const admission = (n) => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: vap-${n} }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments] }]
  variables: [{ name: containers, expression: "object.spec.template.spec.containers" }]
  validations:
    - expression: "object.spec.replicas <= ${n}"
      messageExpression: "'at most ${n}, found ' + string(object.spec.replicas)"
    - expression: "variables.containers.all(c, !has(c.securityContext) || c.securityContext.?privileged.orValue(false) == false)"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: vap-${n} }
spec: { policyName: vap-${n}, validationActions: [Deny] }
`;
const gatekeeper = (n) => `apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: { name: required${n} }
spec:
  crd: { spec: { names: { kind: Required${n} } } }
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: K8sNativeValidation
          source:
            validations:
              - expression: "has(variables.anyObject.metadata.labels) && 'label-${n}' in variables.anyObject.metadata.labels"
                message: "label-${n} is missing"
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Required${n}
metadata: { name: required-${n} }
spec: { match: { kinds: [{ apiGroups: [""], kinds: [Pod] }] } }
`;

export function run() {
  const texts = Array.from({ length: COUNT }, (_, n) => [own, admission, gatekeeper][n % 3](n));
  const times = [];
  let loaded = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    const documents = texts.flatMap((text, index) => readText(`policy-${index}.yaml`, text).documents);
    const { set, problems } = loadPolicies(documents);
    times.push(performance.now() - started);
    if (problems.length > 0) throw new Error(problems[0].message);
    loaded = set.policies.length;
  }
  process.stdout.write(
    `${loaded} policies of three dialects: first ${Math.round(times[0])} ms, median ${Math.round(median(times))} ms of ${ROUNDS} (bound: 1,000 ms)\n`,
  );
}
