// Settings of exceptions, break-glass, the risk of a change and the decision log.
import { z } from 'zod';
import { duration, flag, optionalText, positive, rights, text, texts } from './config-values.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** More would let one pattern take time that grows with every step of a path. */
const MAX_ANY_STEPS = 2;

const riskRow = z.strictObject({
  resources: texts.min(1),
  names: texts.min(1).optional(),
  paths: z
    .array(
      text.refine(
        (path) => path.split('**').length - 1 <= MAX_ANY_STEPS,
        `must hold ** at most ${MAX_ANY_STEPS} times`,
      ),
    )
    .min(1),
  risk: z.enum(['low', 'medium', 'high']),
});

export const governanceShape = {
  administrators: rights
    .default(['group:system:masters'])
    .describe("Who may change the definitions of Warder's own kinds, and Policy objects."),
  policyAuthors: rights.default([]).describe('Who may create and change Policy objects besides.'),
  people: z
    .record(z.string(), texts)
    .default({})
    .describe('Accounts by person: nobody approves or reviews what another account of theirs did.'),
  risks: z
    .array(riskRow)
    .default([])
    .describe('Rows before the built-in ones of how dangerous a change is: resources, names, paths, risk.'),
  'exceptions.files': texts
    .default([])
    .describe('Files and folders of PolicyException, KeySet, Revocation and BreakGlass documents.'),
  'exceptions.approvers': rights
    .default([])
    .describe('Who approves exceptions from policies that name no approvers.'),
  'exceptions.maxDuration': duration.default(90 * DAY).describe('Longest time any exception lasts.'),
  'exceptions.warnBefore': duration
    .default(7 * DAY)
    .describe('Warnings start this long before an exception ends.'),
  'exceptions.audience': optionalText.describe(
    'Name of this cluster: only grants and approvals made for it count. Any without a name where none is given.',
  ),
  'exceptions.trustFiles': flag
    .default(false)
    .describe('Whether an approval that a file only states counts without a signature.'),
  'exceptions.delegates': rights
    .default([])
    .describe('Who may ask for exceptions in the name of others: a delivery pipeline.'),
  'breakGlass.groups': texts
    .default([])
    .describe('Groups whose members are emergency identities; there is no break-glass where none is given.'),
  'breakGlass.sharedGroups': texts
    .default(['system:authenticated'])
    .describe(
      'Groups (globs) emergency identities may have besides; any other makes an account a normal one.',
    ),
  'breakGlass.maxDuration': duration.default(4 * HOUR).describe('Longest time an emergency window is open.'),
  'breakGlass.reviewers': rights.default([]).describe('Who decides on what was done in an emergency.'),
  'breakGlass.except': texts
    .default([])
    .describe('Policies (names) whose denials stand even in an emergency.'),
  'record.folder': optionalText.describe(
    'Folder of the decision log and of review items; every server needs one of its own. Not kept where none is given.',
  ),
  'record.stdout': flag.default(false).describe('Whether the decision log also goes to standard output.'),
  'record.objects': flag
    .default(false)
    .describe('Whether records hold the objects, always redacted; needed for `warder replay`.'),
  'record.rotateBytes': positive
    .default(64 * 1024 * 1024)
    .describe('Size at which a new segment of the log begins.'),
  'record.retention': duration
    .default(90 * DAY)
    .describe('Segments of the log are removed when they are older.'),
  'record.queue': positive.default(10_000).describe('Records waiting at most; more are dropped and counted.'),
  'record.key': optionalText.describe('Private Ed25519 key (PEM) that signs checkpoints of the log.'),
  'record.checkpointRecords': positive
    .default(1_000)
    .describe('A checkpoint is written after so many records.'),
  'record.checkpointInterval': duration.default(60_000).describe('And at the latest after this time.'),
  'record.anchor': optionalText.describe(
    'File checkpoints are appended to, where whoever can write the log cannot; they also go to the server log.',
  ),
  'record.url': optionalText.describe(
    'Where the decision log is sent by HTTP; not sent where none is given.',
  ),
  'record.format': z
    .enum(['ndjson', 'otlp'])
    .default('ndjson')
    .describe('What is sent: newline-delimited JSON, or OTLP/HTTP log records.'),
  'record.tokenFile': optionalText.describe('File of a bearer token for `record.url`.'),
  'shadow.policies': texts
    .default([])
    .describe(
      'A candidate policy set judged beside the live one; what would flip is counted, nothing is denied.',
    ),
} as const;
