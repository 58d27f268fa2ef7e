import { type EntityManager, IsNull } from 'typeorm';
import { v7 as uuid, validate as isUuid } from 'uuid';
import { z } from 'zod';
import type { Idempotency } from '../../kit/flow/oncePerKey.js';
import { Outbox } from '../../kit/flow/Outbox.js';
import { badUserInput } from '../../kit/graph/errors.js';
import { parseInput, text } from '../../kit/graph/parseInput.js';
import { againAfterCollision } from '../../kit/sql/againAfterCollision.js';
import { holdAlone } from '../../kit/ownership/takeInAliases.js';
import type { Chore } from '../../kit/serve/defineSubgraph.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Erasure } from '../entities/Erasure.js';
import { LegalHold } from '../entities/LegalHold.js';
import { lockCustomer } from '../lockCustomer.js';
import { beginErasure } from './eraseCustomer.js';
import { STANDS } from './standingHold.js';

/** What a caller says of a legal hold. */
export interface LegalHoldGiven {
  readonly customerId: string;
  readonly reason: string;
  readonly until?: Date | null;
}

/** How many legal holds of a customer stand at most. */
const MOST = 20;

const given = z.object({
  reason: text(500),
  until: z
    .date()
    .refine((until) => until.getTime() > Date.now(), 'must lie in the future')
    .nullish(),
});

/**
 * Keeps a customer from being erased.
 * @throws BAD_USER_INPUT for a customer who is unknown or erased, no reason, or an end that is over
 */
export function placeLegalHold(context: RequestContext, input: LegalHoldGiven, once: Idempotency): Promise<LegalHold> {
  const { reason, until } = parseInput(given, { reason: input.reason, until: input.until }, 'input');
  return context.write(async (manager) => {
    const { id } = await lockCustomer(manager, {
      id: input.customerId,
      argument: 'input.customerId',
      expectedVersion: null,
    });
    const [{ count } = { count: 0 }] = await manager.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM legal_hold AS t WHERE t.customer_id = $1 AND ${STANDS}`,
      [id],
    );
    if (count >= MOST) {
      throw badUserInput(`input.customerId: ${MOST} legal holds stand already; release one first`, 'input.customerId');
    }
    const hold = manager.create(LegalHold, {
      id: uuid(),
      customerId: id,
      reason,
      placedBy: context.caller.subject,
      placedAt: new Date(),
      until: until ?? null,
      releasedBy: null,
      releasedAt: null,
    });
    await manager.insert(LegalHold, hold);
    return hold;
  }, once);
}

/**
 * Releases a legal hold; an erasure for which nothing else stands in the way begins. One that is released already stays so.
 * @throws BAD_USER_INPUT when there is no such hold
 */
export function releaseLegalHold(context: RequestContext, id: string, once: Idempotency): Promise<LegalHold> {
  return context.write(async (manager, outbox) => {
    const customerId = isUuid(id) ? await customerOf(manager, id) : undefined;
    if (customerId === undefined) throw badUserInput(`id: there is no LegalHold ${id}`, 'id');
    const members = await holdAlone(manager, [customerId]);
    await manager.query(
      'UPDATE legal_hold SET released_at = now(), released_by = $2 WHERE id = $1 AND released_at IS NULL',
      [id, context.caller.subject],
    );
    const waiting = await manager
      .createQueryBuilder(Erasure, 'e')
      .where('e.started_at IS NULL AND e.customer_id = ANY(:members)', { members })
      .orderBy('e.requested_at')
      .getMany();
    for (const erasure of waiting) await beginErasure(manager, outbox, erasure);
    return manager.findOneByOrFail(LegalHold, { id });
  }, once);
}

async function customerOf(manager: EntityManager, holdId: string): Promise<string | undefined> {
  const [row] = await manager.query<{ id: string }[]>('SELECT recorded_for AS id FROM legal_hold WHERE id = $1', [
    holdId,
  ]);
  return row?.id;
}

/** Begins the erasures whose legal holds have ended by themselves. */
export const beginHeldErasures: Chore = {
  name: 'began erasures whose legal holds are over',
  async run(dataSource) {
    const held = await dataSource
      .getRepository(Erasure)
      .find({ where: { startedAt: IsNull() }, order: { requestedAt: 'ASC' } });
    let begun = 0;
    for (const erasure of held) {
      const now = await againAfterCollision(() =>
        dataSource.transaction(async (manager) => {
          const outbox = new Outbox('identity');
          const after = await beginErasure(manager, outbox, erasure);
          await outbox.save(manager);
          return after;
        }),
      );
      if (now.startedAt !== null) begun += 1;
    }
    return begun;
  },
};
