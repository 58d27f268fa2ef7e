import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Referral } from './entities/Referral.js';
import type { recordReferralInput } from './referralInput.js';
import { reportReferral } from './reports.js';

/**
 * Records that a customer brought us another; once for each pair.
 * @throws BAD_USER_INPUT for an unknown customer, oneself, or a pair that is recorded already
 */
export async function recordReferral(
  context: RequestContext,
  input: z.output<typeof recordReferralInput>,
  once: Idempotency,
): Promise<Referral> {
  const { customerId, referredCustomerId } = input;
  const ids = { 'input.customerId': customerId, 'input.referredCustomerId': referredCustomerId };
  await context.references.require('Customer', ids, context.requestId);
  return context.write(async (manager, outbox) => {
    const now = new Date();
    const referral = manager.create(Referral, {
      id: uuid(),
      customerId,
      referredCustomerId,
      note: input.note ?? null,
      referredAt: input.referredAt ?? now,
      createdAt: now,
    });
    // Two at once of the same pair take turns.
    const turn = `referral ${customerId} ${referredCustomerId}`;
    await context.database.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${turn}, 0))`, manager);
    if (await manager.existsBy(Referral, { customerId, referredCustomerId })) {
      throw badUserInput('input.referredCustomerId: this referral is recorded already', 'input.referredCustomerId');
    }
    await manager.insert(Referral, referral);
    reportReferral(outbox, referral);
    return referral;
  }, once);
}
