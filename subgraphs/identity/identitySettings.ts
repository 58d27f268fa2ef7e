import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Settings } from '../kit/serve/Settings.js';

interface IdentitySettings {
  /** How long an entry of the audit log is kept, in days. */
  readonly auditRetentionDays: number;
  /** The names of all subgraphs: each owes a receipt for an erasure. */
  readonly subgraphs: readonly string[];
}

const variables = z.object({
  AUDIT_RETENTION_DAYS: z.coerce
    .number('must be a whole number of days')
    .int('must be a whole number of days')
    .min(1, 'must be at least 1')
    .max(36_500, 'must be at most 36500')
    .default(730),
  SUBGRAPHS_FILE: z.string().min(1, 'must name a file').default('subgraphs.yaml'),
});

/** Of the list of subgraphs, what identity needs to know. */
const listed = z.object({ subgraphs: z.array(z.object({ name: z.string().min(1) })).min(1) });

/** What can be set about identity. */
export const identitySettings: Settings<IdentitySettings> = {
  help: `Identity:
  AUDIT_RETENTION_DAYS how long who read whose data is kept     (730)
  SUBGRAPHS_FILE       the list of all subgraphs, of which each owes a receipt
                       for an erasure                           (subgraphs.yaml)`,
  read(environment) {
    const read = variables.safeParse(environment);
    if (!read.success)
      throw new Error(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
    const { AUDIT_RETENTION_DAYS: auditRetentionDays, SUBGRAPHS_FILE: file } = read.data;
    return Object.freeze({ auditRetentionDays, subgraphs: namesIn(file) });
  },
};

function namesIn(file: string): readonly string[] {
  try {
    return listed.parse(parse(readFileSync(file, 'utf8'))).subgraphs.map(({ name }) => name);
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it is no list of subgraphs' : (error as Error).message;
    throw new Error(`SUBGRAPHS_FILE: cannot read the list of subgraphs from ${file}: ${why}`, { cause: error });
  }
}
