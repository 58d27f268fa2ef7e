import sql from 'sql-template-tag';
import { conflict } from '../kit/graph/errors.js';
import { insertForNamed } from '../kit/ownership/insertForNamed.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { requireActive } from '../kit/guard/requireActive.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Account } from './entities/Account.js';

/**
 * Makes an employee the one who looks after a customer.
 * @param expectedVersion the version of the account that the caller has seen, 0 for none yet; null to assign it whatever is there
 * @throws BAD_USER_INPUT for an unknown customer or employee; CONFLICT when the version is stale
 */
export async function assignAccount(
  context: RequestContext,
  ids: { readonly customerId: string; readonly ownerId: string },
  expectedVersion: number | null,
  once: Idempotency,
): Promise<Account> {
  await context.references.require('Customer', { customerId: ids.customerId }, context.requestId);
  const customerId = ids.customerId.toLowerCase();
  return context.write(async (manager) => {
    await requireActive(manager, { ownerId: ids.ownerId });
    // An account that is not there cannot be locked, so writers take turns by customer; without one the version is 0.
    const turn = `account ${customerId}`;
    await context.database.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${turn}, 0))`, manager);
    const [there] = await context.database.find(Account, sql`t.customer_id = ${customerId}`, manager);
    const version = there?.version ?? 0;
    if (expectedVersion !== null && version !== expectedVersion) throw conflict('The account', version);
    const ownerId = ids.ownerId.toLowerCase();
    const since = there?.ownerId === ownerId ? there.since : new Date();
    const account = Object.assign(new Account(), { customerId, ownerId, since, version: version + 1 });
    await manager.update(Account, { customerId }, { ownerId, since, version: version + 1 });
    await insertForNamed(manager, Account, account);
    return account;
  }, once);
}
