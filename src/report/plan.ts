// A remediation plan for people to read and sign off.
import type { PatchOperation } from '../kubernetes/index.js';
import { count } from './style.js';

/** As much of a plan as is shown. */
export interface ReportedPlan {
  readonly id: string;
  readonly made: string;
  readonly steps: readonly {
    readonly step: number;
    readonly action: string;
    readonly object: {
      readonly kind: string;
      readonly namespace: string;
      readonly name: string;
      readonly resourceVersion: string;
    };
    readonly patch: readonly PatchOperation[];
    readonly rollback: readonly PatchOperation[] | null;
    readonly risk: string;
    readonly reason: readonly string[];
  }[];
  readonly manual: readonly { readonly finding: string; readonly object: string; readonly why: string }[];
}

const line = (text: string): string => text.replace(/[\\`*<>|#]/g, '\\$&').replace(/\s+/g, ' ');
const code = (operations: readonly PatchOperation[]): string =>
  `\`\`\`json\n${operations.map((operation) => JSON.stringify(operation)).join('\n')}\n\`\`\`\n`;

/** Markdown: a list to read, each step with its patch and the way back. */
export function renderPlanMarkdown({ id, made, steps, manual }: ReportedPlan): string {
  const sections = steps.map(({ step, action, object, patch, rollback, risk, reason }) => {
    const place = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`;
    const back =
      rollback === null
        ? action === 'create'
          ? 'Back: delete it.\n'
          : 'Back: not held here, since it holds what is secret.\n'
        : `Back:\n\n${code(rollback)}`;
    const body = action === 'create' ? 'Creates it as it is stated.\n' : code(patch);
    return `## ${step}. ${action} ${object.kind} ${place} (${risk} risk)\n\n${reason.map((one) => `- ${line(one)}`).join('\n')}\n\n${body}\n${back}`;
  });
  const left = manual.map(({ finding, object, why }) => `- ${line(object)}: ${line(why)} (${finding})`);
  return `# Remediation plan ${id}

Made ${made}: ${count(steps.length, 'step')}, ${count(manual.length, 'item')} left to people. Approve it by its id, which changes with anything in it:
\`warder drift apply plan.json --approve ${id}\`

${sections.join('\n')}${left.length === 0 ? '' : `\n## Left to people\n\n${left.join('\n')}\n`}`;
}
