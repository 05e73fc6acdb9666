// What follows a decision on a server: exceptions and emergencies before it, the record, review items and the shadow after it.
import type { Logger } from 'pino';
import {
  createExemptions,
  type GovernanceSettings,
  type ReviewItem,
  reviewItemOf,
} from '../breakglass/index.js';
import type { Config } from '../config.js';
import type { Decision, Exemptions, JudgeInput } from '../engine/index.js';
import type { JsonObject, Review } from '../kubernetes/index.js';
import { createRuleLists, createShadow, recordOf, type Sent, undecidedRecord } from '../record/index.js';
import { openDecisionLog } from './decision-recorder.js';
import { type ClusterDocumentSource, openExemptionSource } from './exemption-source.js';
import type { HealthCheck } from './express-app.js';
import { createClaimUses, registerGovernance } from './governance-metrics.js';
import type { Metrics } from './metrics.js';
import { openPolicySource } from './policy-source.js';
import { openReviewItems } from './review-items.js';

/** A decision that was answered. */
export interface Answered {
  readonly input: JudgeInput;
  readonly decision: Decision;
  readonly sent: Sent;
  /** From the request's arrival to its answer. */
  readonly seconds: number;
}

export interface Governance {
  readonly exemptions: Exemptions;
  /** Whether the log has a line for each allowed request: the decision log has one already, where it is kept. */
  readonly logsAllowed: boolean;
  /** Called after an answer was sent. Quick, never throws. */
  answered(answered: Answered): void;
  /** The same for a review that could not be judged. */
  undecided(review: Review, sent: Sent, seconds: number, fault: string): void;
  checks(): readonly HealthCheck[];
  follow(interval: number): void;
  /** Takes the exceptions and emergencies that the cluster has now. */
  refresh(): void;
  close(): Promise<void>;
}

export interface GovernanceDependencies {
  readonly config: Config;
  readonly settings: GovernanceSettings;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly version: string;
  readonly now: () => number;
  /** What is written in the cluster besides. */
  readonly cluster?: ClusterDocumentSource | undefined;
}

/** The candidate set of a shadow; undefined where none is configured. Its own metrics are not the live set's. */
async function openCandidate({ config, settings, log, now }: GovernanceDependencies) {
  const policies = config['shadow.policies'];
  if (policies.length === 0) return undefined;
  const { parameters, context } = config;
  const silent = { policySet: () => undefined, reload: () => undefined };
  return openPolicySource(
    { policies, context, parameters, risks: settings.risks, defaultSetOnly: () => false },
    silent,
    log,
    now,
  );
}

/** Opens exceptions, the decision log, review items and the shadow as they are configured. */
export async function openGovernance(dependencies: GovernanceDependencies): Promise<Governance> {
  const { config, settings, metrics, log, version, now } = dependencies;
  const [source, opened, candidate] = await Promise.all([
    openExemptionSource(config['exceptions.files'], settings, metrics, log, dependencies.cluster),
    openDecisionLog(config, version, log, now),
    openCandidate(dependencies),
  ]);
  const state = () => source.state;
  const exemptions = createExemptions(state, {
    breakGlass: settings.breakGlass,
    owners: settings.owners,
    notBefore: opened?.lastTime ?? 0,
  });
  const items = openReviewItems(config['record.folder'], state, settings.breakGlass, log);
  const shadow = candidate === undefined ? undefined : createShadow(() => candidate.set);
  const uses = createClaimUses();
  const measures = registerGovernance(metrics.registry, {
    ...{ state, uses, opened, now },
    openItems: () => items.open(),
    shadow: () => shadow?.counts(),
  });
  const lists = createRuleLists(`${now().toString(36)}-`);
  const recording = { objects: config['record.objects'], risks: settings.risks };

  const record = ({ decision, sent, seconds }: Answered, item: ReviewItem | undefined): void => {
    const digest = item === undefined ? undefined : items.add(item);
    if (opened === undefined) return;
    const list = lists.of(decision);
    if (list.isNew) opened.log.append(JSON.stringify(list.definition));
    const more: JsonObject = digest === undefined ? {} : { reviewItem: digest };
    const body = recordOf(decision, sent, now(), seconds, list.id, recording, more);
    opened.log.append(JSON.stringify(body));
  };

  const allowedLines = config['log.allowed'];
  return {
    exemptions,
    logsAllowed: allowedLines === 'always' || (allowedLines === 'auto' && opened === undefined),
    answered(answered) {
      const { input, decision } = answered;
      measures.claimed(decision);
      const item =
        decision.exemption === undefined ? undefined : reviewItemOf(decision, now(), settings.risks);
      record(answered, item);
      shadow?.consider(input, decision, ({ was, now: would, newly, cleared }) => {
        if (was === would) return;
        const flip = {
          type: 'shadow',
          time: new Date(now()).toISOString(),
          id: decision.id,
          was,
          would,
          newly,
          cleared,
        };
        opened?.log.append(JSON.stringify(flip));
        log.info(
          { decision: decision.id, was, would, newly, cleared },
          'the candidate policy set decides otherwise',
        );
      });
    },
    undecided(review, sent, seconds, fault) {
      opened?.log.append(JSON.stringify(undecidedRecord(review, sent, now(), seconds, fault)));
    },
    checks: () => [
      {
        name: 'exceptions',
        ok: source.problems.length === 0,
        advisory: true,
        detail:
          source.problems.length === 0
            ? `${source.state.register.grants.length} exceptions, ${source.state.windows.length} emergencies`
            : `${source.problems.length} problems in the files of exceptions; what was read before is in force`,
      },
    ],
    follow(interval) {
      source.follow(interval);
      candidate?.follow(interval);
    },
    refresh: () => source.refresh(),
    async close() {
      source.close();
      candidate?.close();
      await items.flush();
      await opened?.log.close();
    },
  };
}
