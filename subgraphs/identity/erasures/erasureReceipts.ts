import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { type ErasureApplied, erasureApplied } from '../../../schema/contract.js';
import { isReceiptSigned } from '../../../schema/signature.js';
import { eventConsumer, type ReceivedEvent } from '../../kit/flow/EventConsumer.js';
import { badUserInput } from '../../kit/graph/errors.js';
import { parseInput } from '../../kit/graph/parseInput.js';
import { signingKeysOf } from '../../kit/serve/signingKeysOf.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Erasure } from '../entities/Erasure.js';
import { finishErasures } from './finishErasures.js';

/** Keeps the receipts that subgraphs give for erasures by event; identity is one of them. */
export const erasureReceipts = eventConsumer({
  name: 'erasures',
  event: erasureApplied,
  async handle(events: readonly ReceivedEvent<ErasureApplied>[], manager: EntityManager) {
    for (const { data } of events) await keepReceipt(manager, data);
  },
});

/** A receipt as a caller gives it. */
export interface ErasureReceiptGiven {
  readonly subgraph: string;
  readonly customerId: string;
  readonly erasedAt: string;
  readonly rows: readonly { readonly place: string; readonly count: number }[];
  readonly signature?: string | null;
}

const places = z
  .array(z.object({ place: z.string(), count: z.number() }))
  .max(100, 'must have at most 100 places')
  .refine((rows) => new Set(rows.map(({ place }) => place)).size === rows.length, 'must have each place once')
  .transform((rows) => Object.fromEntries(rows.map(({ place, count }) => [place, count])));

/**
 * Keeps the receipt of a subgraph that does not write to the bus. The same again changes nothing; a later one of the same subgraph takes the place of the first.
 * @throws BAD_USER_INPUT for one that is malformed, is not signed by the subgraph, or is of no erasure
 */
export function confirmErasure(context: RequestContext, input: ErasureReceiptGiven): Promise<Erasure> {
  const rows = parseInput(places, input.rows, 'input.rows');
  const receipt = parseInput(erasureApplied.data, { ...input, rows, signature: input.signature ?? null }, 'input');
  return context.write(async (manager) => {
    const erasure = await manager.findOneBy(Erasure, { erasedAs: receipt.customerId });
    if (erasure === null) {
      throw badUserInput(`input.customerId: no erasure of ${receipt.customerId} was begun`, 'input.customerId');
    }
    if (!isSigned(manager, receipt)) throw badUserInput('input.signature: it is not right', 'input.signature');
    await keepReceipt(manager, receipt);
    return manager.findOneByOrFail(Erasure, { id: erasure.id });
  });
}

async function keepReceipt(manager: EntityManager, receipt: ErasureApplied): Promise<void> {
  const { subgraph, customerId, erasedAt, rows, signature } = receipt;
  if (!isSigned(manager, receipt)) throw new Error(`the receipt of ${subgraph} for ${customerId} is not signed by it`);
  // Of two that come at the same moment the second sees the first.
  await manager.query('SELECT FROM erasure WHERE erased_as = $1 ORDER BY id FOR UPDATE', [customerId]);
  await manager.query(
    `INSERT INTO erasure_receipt AS r (customer_id, subgraph, erased_at, rows, signature) VALUES ($1, $2, $3, $4::jsonb, $5)
     ON CONFLICT (customer_id, subgraph) DO UPDATE SET erased_at = excluded.erased_at, rows = excluded.rows, signature = excluded.signature
       WHERE r.signature IS DISTINCT FROM excluded.signature OR r.rows <> excluded.rows`,
    [customerId, subgraph, erasedAt, JSON.stringify(rows), signature],
  );
  await finishErasures(manager, customerId);
}

function isSigned(manager: EntityManager, receipt: ErasureApplied): boolean {
  return isReceiptSigned(signingKeysOf(manager.dataSource), receipt);
}
