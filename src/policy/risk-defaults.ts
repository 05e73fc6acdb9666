// Which changes are dangerous, by default. DESIGN 2.4: labels, annotations and descriptions low; images, replicas and resources
// medium; RBAC, network exposure, security context, host access, secrets and admission configuration high.
import type { RiskRow } from './risk.js';

/** Metadata that grants or exposes something, whatever the kind. */
const TELLING_METADATA: RiskRow = {
  resources: ['*'],
  risk: 'high',
  paths: [
    "**.metadata.annotations['warder.dev/*']",
    "**.metadata.annotations['container.apparmor.security.beta.kubernetes.io/*']",
    "**.metadata.annotations['seccomp.security.alpha.kubernetes.io/*']",
    "**.metadata.annotations['service.beta.kubernetes.io/*']",
    "**.metadata.annotations['*.ingress.kubernetes.io/*']",
    "**.metadata.annotations['eks.amazonaws.com/*']",
    "**.metadata.annotations['iam.gke.io/*']",
    "**.metadata.annotations['azure.workload.identity/*']",
    "**.metadata.annotations['kubernetes.io/enforce-mountable-secrets']",
    "**.metadata.labels['pod-security.kubernetes.io/*']",
    "**.metadata.labels['rbac.authorization.k8s.io/*']",
    "**.metadata.labels['azure.workload.identity/*']",
  ],
};

/** Whatever they hold decides who may do what, what is reachable, or what is checked. */
const TELLING_KINDS: readonly string[] = [
  '*.rbac.authorization.k8s.io',
  '*.admissionregistration.k8s.io',
  '*.apiregistration.k8s.io',
  '*.apiextensions.k8s.io',
  '*.certificates.k8s.io',
  '*.certificates.k8s.io/*',
  '*.authentication.k8s.io',
  '*.authorization.k8s.io',
  '*.flowcontrol.apiserver.k8s.io',
  'networkpolicies.networking.k8s.io',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  '*.gateway.networking.k8s.io',
  '*.policy.networking.k8s.io',
  'runtimeclasses.node.k8s.io',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'serviceaccounts',
  'serviceaccounts/token',
  'bindings',
  'secrets',
  '*.warder.dev',
  '*.policies.kyverno.io',
  '*.kyverno.io',
  '*.gatekeeper.sh',
  '*.cilium.io',
  '*.projectcalico.org',
  '*.security.istio.io',
  '*.networking.istio.io',
  '*.iam.services.k8s.aws',
];

/** Fields of pods and of templates of pods, wherever a kind carries one. */
const POD_FIELDS: RiskRow = {
  resources: ['*'],
  risk: 'high',
  paths: [
    '**.securityContext',
    '**.hostNetwork',
    '**.hostPID',
    '**.hostIPC',
    '**.hostUsers',
    '**.hostPath',
    '**.hostPort',
    '**.hostIP',
    '**.serviceAccountName',
    '**.serviceAccount',
    '**.automountServiceAccountToken',
    '**.imagePullSecrets',
    '**.secretKeyRef',
    '**.secretRef',
    '**.volumes.secret',
    '**.volumes.csi',
    '**.projected.sources.secret',
    '**.projected.sources.serviceAccountToken',
    '**.procMount',
    '**.shareProcessNamespace',
    '**.ephemeralContainers',
    '**.volumeDevices',
  ],
};

/** The first row that fits a changed field gives its class; what no row fits is medium. */
export const DEFAULT_RISKS: readonly RiskRow[] = [
  TELLING_METADATA,
  { resources: ['namespaces'], paths: ['metadata.labels'], risk: 'medium' },
  {
    resources: ['*'],
    paths: ['**.metadata.labels', '**.metadata.annotations', '**.description'],
    risk: 'low',
  },
  { resources: TELLING_KINDS, paths: ['**'], risk: 'high' },
  { resources: ['*/status'], paths: ['status'], risk: 'low' },
  { resources: ['events', 'events.events.k8s.io', 'leases.coordination.k8s.io'], paths: ['**'], risk: 'low' },
  {
    resources: ['services'],
    paths: [
      'spec.type',
      'spec.externalIPs',
      'spec.externalName',
      'spec.loadBalancerIP',
      'spec.loadBalancerClass',
      'spec.loadBalancerSourceRanges',
      'spec.ports.nodePort',
      'spec.selector',
    ],
    risk: 'high',
  },
  {
    resources: ['configmaps'],
    names: [
      'aws-auth',
      'coredns',
      'kube-proxy',
      'cluster-info',
      'kubeadm-config',
      'extension-apiserver-authentication',
    ],
    paths: ['**'],
    risk: 'high',
  },
  {
    resources: ['persistentvolumes'],
    paths: ['spec.claimRef', 'spec.csi', 'spec.nfs', 'spec.local'],
    risk: 'high',
  },
  {
    resources: ['nodes'],
    paths: ['spec.podCIDR', 'spec.podCIDRs', 'spec.providerID', 'spec.configSource'],
    risk: 'high',
  },
  { resources: ['csidrivers.storage.k8s.io'], paths: ['**'], risk: 'high' },
  { resources: ['replicationcontrollers', '*.apps'], paths: ['spec.revisionHistoryLimit'], risk: 'low' },
  {
    resources: ['*.batch'],
    paths: ['spec.successfulJobsHistoryLimit', 'spec.failedJobsHistoryLimit'],
    risk: 'low',
  },
  POD_FIELDS,
];
