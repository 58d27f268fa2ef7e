import { v7 as uuid } from 'uuid';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { parseInput, text } from '../kit/graph/parseInput.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Household } from './entities/Household.js';
import { lockRow, type Change } from './lockRow.js';

/** Makes a household, still without members. */
export async function createHousehold(context: RequestContext, given: string, once: Idempotency): Promise<Household> {
  const name = parseInput(text(200), given, 'name');
  return context.write(async (manager) => {
    const now = new Date();
    const household = manager.create(Household, { id: uuid(), name, createdAt: now, updatedAt: now, version: 1 });
    await manager.insert(Household, household);
    return household;
  }, once);
}

/** Gives a household another name. */
export async function renameHousehold(
  context: RequestContext,
  change: Change,
  given: string,
  once: Idempotency,
): Promise<Household> {
  const name = parseInput(text(200), given, 'name');
  return context.write(async (manager) => {
    const household = await lockRow(manager, Household, change);
    Object.assign(household, { name, updatedAt: new Date(), version: household.version + 1 });
    return manager.save(household);
  }, once);
}
