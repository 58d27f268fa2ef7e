import { v7 as uuid } from 'uuid';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { lockEmployees } from '../kit/guard/lockEmployees.js';
import { requireActive } from '../kit/guard/requireActive.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Handover } from './entities/Handover.js';
import { handOver } from './handOver.js';

/** Who hands over to whom. */
export interface Reassignment {
  /** Somebody who left, perhaps. */
  readonly from: string;
  readonly to: string;
  readonly note: string | null;
}

/**
 * Gives all that an employee has to look after to another, all or nothing: see `handOver`. Of who left, what they had is given, as far as it is nobody's.
 * @throws BAD_USER_INPUT for an unknown employee, one who left and should take it over, or the same one twice
 */
export async function reassignPortfolio(
  context: RequestContext,
  { from, to, note }: Reassignment,
  once: Idempotency,
): Promise<Handover> {
  const [fromId, toId] = [from.toLowerCase(), to.toLowerCase()];
  if (fromId === toId) throw badUserInput('to: must be another than from', 'to');

  return context.write(async (manager) => {
    const known = await lockEmployees(manager, [fromId]);
    if (!known.has(fromId)) throw badUserInput(`from: there is no Employee ${fromId}`, 'from');
    await requireActive(manager, { to });
    const handover = Object.assign(new Handover(), { id: uuid(), fromId, toId, at: new Date(), note });
    await handOver(manager, handover);
    return handover;
  }, once);
}
