import { Big } from 'big.js';
import sql from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Database } from '../kit/Database.js';
import { badUserInput } from '../kit/errors.js';
import { money } from '../kit/Money.js';
import type { Idempotency } from '../kit/oncePerKey.js';
import type { RequestContext } from '../kit/RequestContext.js';
import { Goodwill } from './entities/Goodwill.js';
import { currentAuthority, employeesWhoMayGrant, lockAuthority } from './goodwillAuthority.js';
import type { grantGoodwillInput } from './goodwillInput.js';
import { requireCaseOf } from './requireCaseOf.js';

/** Over how many days what an employee grants to one customer is added up. */
const WINDOW_DAYS = 30;

type Input = z.output<typeof grantGoodwillInput>;

/** What the employee has granted to the customer in the currency within the window. */
async function grantedLately(database: Database, manager: EntityManager, input: Input, now: Date): Promise<string> {
  const since = new Date(now.getTime() - WINDOW_DAYS * 86_400_000);
  const [row] = await database.query<{ total: string }>(
    sql`SELECT coalesce(sum(t.amount), 0)::text AS total FROM goodwill t
      WHERE t.customer_id = ${input.customerId}::uuid AND t.granted_at > ${since}::timestamptz
        AND t.employee_id = ${input.employeeId}::uuid AND t.currency = ${input.amount.currency}`,
    manager,
  );
  return row?.total ?? '0';
}

/**
 * Grants goodwill within the employee's authority: what they grant to one customer in any 30 days, in one currency, is at
 * most their limit. Two grants of an employee at once take turns.
 * @throws BAD_USER_INPUT for an unknown customer, case or employee, and above the authority, with `limit`, `granted` and
 *   `mayGrant`, those whose own limit covers the amount
 */
export async function grantGoodwill(context: RequestContext, input: Input, once: Idempotency): Promise<Goodwill> {
  const { customerId, caseId = null, amount: asked, reason, employeeId } = input;
  const { amount, currency } = asked;
  const { database, references, requestId } = context;
  await references.require('Customer', { 'input.customerId': customerId }, requestId);
  await references.require('Employee', { 'input.employeeId': employeeId }, requestId);
  return context.write(async (manager) => {
    await requireCaseOf(manager, caseId, customerId);
    await lockAuthority(database, manager, employeeId, currency);
    const now = new Date();
    const limit = (await currentAuthority(database, manager, employeeId, currency))?.limitValue ?? '0';
    const granted = await grantedLately(database, manager, input, now);
    if (new Big(granted).plus(amount).gt(limit)) {
      const others = await employeesWhoMayGrant(database, manager, amount, currency);
      const shown = { limit: money(limit, currency), granted: money(granted, currency) };
      const who = others.map((other) => other.employeeId).join(', ');
      throw badUserInput(
        `input.amount: ${money(amount, currency).amount} ${currency} is more than Employee ${employeeId} may grant: at most ${shown.limit.amount} ${currency} to a customer in ${WINDOW_DAYS} days, of which ${shown.granted.amount} are granted. ${who ? `These may: ${who}` : 'Nobody may'}.`,
        'input.amount',
        { ...shown, mayGrant: others.map((other) => ({ employeeId: other.employeeId, limit: other.limit })) },
      );
    }
    const goodwill = Object.assign(new Goodwill(), {
      id: uuid(),
      customerId,
      caseId,
      amountValue: amount,
      amountCurrency: currency,
      reason,
      employeeId,
      authorityLimit: limit,
      grantedAt: now,
    });
    await manager.insert(Goodwill, goodwill);
    return goodwill;
  }, once);
}
