import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { conflict } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { requireActive } from '../kit/guard/requireActive.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { GoodwillAuthority } from './entities/GoodwillAuthority.js';
import { currentAuthority, lockAuthority } from './goodwillAuthority.js';
import type { goodwillAuthorityInput } from './goodwillInput.js';

/**
 * Sets what an employee may grant in a currency, as a new version; the older ones stay.
 * @param expectedVersion the version that the caller has seen, 0 for none; null to set it whatever is there
 * @throws BAD_USER_INPUT for an unknown employee; CONFLICT when the version is stale
 */
export async function setGoodwillAuthority(
  context: RequestContext,
  { employeeId, limit }: z.output<typeof goodwillAuthorityInput>,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<GoodwillAuthority> {
  return context.write(async (manager) => {
    await requireActive(manager, { 'input.employeeId': employeeId });
    await lockAuthority(context.database, manager, employeeId, limit.currency);
    const current = await currentAuthority(context.database, manager, employeeId, limit.currency);
    const version = current?.version ?? 0;
    if (expectedVersion !== null && expectedVersion !== version) throw conflict('The authority', version);
    const authority = Object.assign(new GoodwillAuthority(), {
      id: uuid(),
      employeeId,
      limitValue: limit.amount,
      limitCurrency: limit.currency,
      version: version + 1,
      setAt: new Date(),
    });
    await manager.insert(GoodwillAuthority, authority);
    return authority;
  }, once);
}
