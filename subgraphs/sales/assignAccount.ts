import sql from 'sql-template-tag';
import { conflict } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
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
  await context.references.require('Employee', { ownerId: ids.ownerId }, context.requestId);
  const customerId = ids.customerId.toLowerCase();
  return context.write(async (manager) => {
    // One statement inserts or changes, so that two at once follow each other; without a row the version is 0.
    const [row] = await context.database.query<Account>(
      sql`
        INSERT INTO account AS a (customer_id, owner_id)
        SELECT ${customerId}::uuid, ${ids.ownerId}::uuid
        WHERE ${expectedVersion}::int IS NULL OR ${expectedVersion}::int =
          coalesce((SELECT version FROM account WHERE customer_id = ${customerId}), 0)
        ON CONFLICT (customer_id) DO UPDATE SET
          owner_id = EXCLUDED.owner_id, version = a.version + 1,
          since = CASE WHEN a.owner_id = EXCLUDED.owner_id THEN a.since ELSE now() END
        WHERE ${expectedVersion}::int IS NULL OR a.version = ${expectedVersion}::int
        RETURNING customer_id AS "customerId", owner_id AS "ownerId", since, version`,
      manager,
    );
    if (row === undefined) {
      const there = await manager.findOneBy(Account, { customerId });
      throw conflict('The account', there?.version ?? 0);
    }
    return Object.assign(new Account(), row);
  }, once);
}
