{{- define "warder.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "warder.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "warder.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "warder.selectorLabels" -}}
app.kubernetes.io/name: {{ include "warder.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "warder.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "warder.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "warder.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "warder.tlsSecret" -}}
{{- if eq .Values.certificates.mode "existing" -}}
{{- required "certificates.existingSecret is needed where certificates.mode is existing" .Values.certificates.existingSecret -}}
{{- else -}}
{{ include "warder.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{- define "warder.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "warder.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* Policies as the server is told: the bundled set, packs, and what is mounted. */}}
{{- define "warder.policies" -}}
{{- $paths := list -}}
{{- if .Values.policies.bundled -}}{{- $paths = append $paths "bundled" -}}{{- end -}}
{{- range .Values.policies.packs -}}{{- $paths = append $paths (printf "bundled/%s" .) -}}{{- end -}}
{{- if or .Values.policies.inline .Values.policies.configMaps -}}{{- $paths = append $paths "/etc/warder/policies" -}}{{- end -}}
{{- if not $paths -}}{{- fail "policies: switch on bundled, name packs, or give policies of your own" -}}{{- end -}}
{{- toJson $paths -}}
{{- end -}}

{{- define "warder.policyVolume" -}}
{{- if or .Values.policies.inline .Values.policies.configMaps }}
- name: policies
  projected:
    sources:
      {{- if .Values.policies.inline }}
      - configMap: { name: {{ include "warder.fullname" . }}-policies }
      {{- end }}
      {{- range .Values.policies.configMaps }}
      - configMap: { name: {{ . }} }
      {{- end }}
{{- end }}
{{- end -}}

{{- define "warder.policyMount" -}}
{{- if or .Values.policies.inline .Values.policies.configMaps }}
- { name: policies, mountPath: /etc/warder/policies, readOnly: true }
{{- end }}
{{- end -}}
