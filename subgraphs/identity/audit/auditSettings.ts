import { z } from 'zod';
import type { Settings } from '../../kit/serve/Settings.js';

interface AuditSettings {
  /** How long an entry of the audit log is kept. */
  readonly retentionDays: number;
}

const variables = z.object({
  AUDIT_RETENTION_DAYS: z.coerce
    .number('must be a whole number of days')
    .int('must be a whole number of days')
    .min(1, 'must be at least 1')
    .max(36_500, 'must be at most 36500')
    .default(730),
});

/** What can be set about the audit log. */
export const auditSettings: Settings<AuditSettings> = {
  help: `Identity, its audit log:
  AUDIT_RETENTION_DAYS how long who read whose data is kept     (730)`,
  read(environment) {
    const read = variables.safeParse(environment);
    if (read.success) return Object.freeze({ retentionDays: read.data.AUDIT_RETENTION_DAYS });
    throw new Error(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  },
};
