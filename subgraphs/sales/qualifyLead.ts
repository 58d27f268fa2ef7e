import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { lockEmployees } from '../kit/guard/lockEmployees.js';
import { requireActive } from '../kit/guard/requireActive.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Lead } from './entities/Lead.js';
import type { qualifyLeadInput } from './leadInput.js';
import { QUALIFIES_TO } from './leadStatus.js';
import { lockRow } from './lockRow.js';

type Input = z.output<typeof qualifyLeadInput>;

/** The columns that an input changes; what was left out is not among them. */
function changes(input: Input): Partial<Lead> {
  const { budget, authority, need, timing, ownerId } = input;
  const columns = {
    budgetAmount: budget === undefined ? undefined : (budget?.amount ?? null),
    budgetCurrency: budget === undefined ? undefined : (budget?.currency ?? null),
    authority,
    need,
    timing,
    ownerId: ownerId?.toLowerCase() ?? ownerId,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

function checkReason({ status, disqualifiedReason }: Input): void {
  const argument = 'input.disqualifiedReason';
  if (status === 'DISQUALIFIED' && !disqualifiedReason) throw badUserInput(`${argument}: say why`, argument);
  if (status !== 'DISQUALIFIED' && disqualifiedReason) {
    throw badUserInput(`${argument}: only a lead that is DISQUALIFIED has one`, argument);
  }
}

/**
 * Writes down what was found out about a lead, and what comes of it.
 * @param expectedVersion the version that the caller has seen; null to change whatever is there
 * @throws BAD_USER_INPUT for an unknown lead, an employee who is unknown or left, a status that cannot follow (`extensions.allowed` lists those that can),
 *   QUALIFIED while something is not known (`extensions.missing`), a reason that is missing or out of place; CONFLICT when
 *   the version is stale
 */
export async function qualifyLead(
  context: RequestContext,
  id: string,
  input: Input,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<Lead> {
  return context.write(async (manager) => {
    await requireActive(manager, { 'input.ownerId': input.ownerId });
    const lead = await lockRow(manager, Lead, { argument: 'id', id, expectedVersion });
    const allowed = QUALIFIES_TO[lead.status];
    if (!allowed.includes(input.status)) {
      const reason = `a lead that is ${lead.status} cannot become ${input.status} here`;
      throw badUserInput(`input.status: ${reason}`, 'input.status', { allowed });
    }
    checkReason(input);
    if (lead.status === 'DISQUALIFIED' && lead.ownerId !== null) {
      // Who followed it up may have left since: what was over stayed theirs until now.
      const isStaff = (await lockEmployees(manager, [lead.ownerId])).get(lead.ownerId) === true;
      if (!isStaff) lead.ownerId = null;
    }
    Object.assign(lead, changes(input), {
      status: input.status,
      disqualifiedReason: input.disqualifiedReason ?? null,
      updatedAt: new Date(),
      version: lead.version + 1,
    });
    const { missing } = lead.qualification;
    if (input.status === 'QUALIFIED' && missing.length > 0) {
      throw badUserInput(`input.status: first find out about its ${missing.join(', ')}`, 'input.status', {
        allowed: allowed.filter((status) => status !== 'QUALIFIED'),
        missing,
      });
    }
    return manager.save(lead);
  }, once);
}
