// The settings of exceptions and emergencies as they are used, from those of the configuration by their paths.
import type { OwnerSettings } from '../exceptions/index.js';
import { createRiskTable, DEFAULT_RISKS, type RiskRow, type RiskTable } from '../policy/index.js';
import type { StateSettings } from './state.js';

/** What is read of a configuration. Durations are milliseconds. */
export interface GovernanceConfig {
  readonly administrators: readonly string[];
  readonly policyAuthors: readonly string[];
  readonly people: Readonly<Record<string, readonly string[]>>;
  readonly risks: readonly RiskRow[];
  readonly 'exceptions.approvers': readonly string[];
  readonly 'exceptions.maxDuration': number;
  readonly 'exceptions.warnBefore': number;
  readonly 'exceptions.audience'?: string | undefined;
  readonly 'exceptions.trustFiles': boolean;
  readonly 'exceptions.delegates': readonly string[];
  readonly 'breakGlass.groups': readonly string[];
  readonly 'breakGlass.sharedGroups': readonly string[];
  readonly 'breakGlass.maxDuration': number;
  readonly 'breakGlass.reviewers': readonly string[];
  readonly 'breakGlass.except': readonly string[];
}

export interface GovernanceSettings extends StateSettings {
  readonly owners: OwnerSettings;
  readonly risks: RiskTable;
}

export function governanceSettings(config: GovernanceConfig): GovernanceSettings {
  return {
    exceptions: {
      approvers: config['exceptions.approvers'],
      maxDuration: config['exceptions.maxDuration'],
      warnBefore: config['exceptions.warnBefore'],
      audience: config['exceptions.audience'],
      trustFiles: config['exceptions.trustFiles'],
      delegates: config['exceptions.delegates'],
      people: config.people,
    },
    breakGlass: {
      groups: config['breakGlass.groups'],
      sharedGroups: config['breakGlass.sharedGroups'],
      maxDuration: config['breakGlass.maxDuration'],
      reviewers: config['breakGlass.reviewers'],
      except: config['breakGlass.except'],
    },
    owners: { administrators: config.administrators, policyAuthors: config.policyAuthors },
    risks: createRiskTable([...config.risks, ...DEFAULT_RISKS]),
  };
}
