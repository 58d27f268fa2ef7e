import { Big } from 'big.js';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import { money } from '../kit/graph/Money.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { actingEmployee } from '../kit/guard/actingEmployee.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Goodwill } from './entities/Goodwill.js';
import {
  AUTHORITY_DAYS,
  currentAuthority,
  employeesWhoMayGrant,
  grantedLately,
  lockAuthority,
} from './goodwillAuthority.js';
import type { grantGoodwillInput } from './goodwillInput.js';
import { reportGoodwill } from './reports.js';
import { requireCaseOf } from './requireCaseOf.js';

type Input = z.output<typeof grantGoodwillInput>;

/**
 * Grants goodwill within the employee's authority: what they grant to one customer in any 30 days, in one currency, is at
 * most their limit. Two grants of an employee at once take turns.
 * @throws FORBIDDEN for another employee than the caller; BAD_USER_INPUT for an unknown customer or case, an employee who is unknown or left, and above the authority, with `limit`, `granted` and
 *   `mayGrant`, those who may grant it to this customer (at most five)
 */
export async function grantGoodwill(context: RequestContext, input: Input, once: Idempotency): Promise<Goodwill> {
  const { customerId, caseId = null, amount: asked, reason } = input;
  const { amount, currency } = asked;
  const { database, references, requestId } = context;
  await references.require('Customer', { 'input.customerId': customerId }, requestId);
  return context.write(async (manager, outbox) => {
    const employeeId = await actingEmployee(context, manager, input.employeeId, 'input.employeeId');
    if (employeeId === null) {
      throw badUserInput('input.employeeId: say who grants it; no employee signs in as you', 'input.employeeId');
    }
    const grant = { customerId, employeeId, amount: asked };
    const of = await requireCaseOf(manager, caseId, customerId);
    await lockAuthority(database, manager, employeeId, currency);
    const now = new Date();
    const limit = (await currentAuthority(database, manager, employeeId, currency))?.limitValue ?? '0';
    const granted = await grantedLately(database, manager, grant, now);
    if (new Big(granted).plus(amount).gt(limit)) {
      const others = await employeesWhoMayGrant(database, manager, grant, now);
      const shown = { limit: money(limit, currency), granted: money(granted, currency) };
      const who = others.map((other) => other.employeeId).join(', ');
      throw badUserInput(
        `input.amount: ${money(amount, currency).amount} ${currency} is more than Employee ${employeeId} may grant: at most ${shown.limit.amount} ${currency} to a customer in ${AUTHORITY_DAYS} days, of which ${shown.granted.amount} are granted. ${who ? `These may: ${who}` : 'Nobody may'}.`,
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
    reportGoodwill(outbox, goodwill, of);
    return goodwill;
  }, once);
}
