import sql, { raw } from 'sql-template-tag';
import { Field, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import type { BatchRead } from '../../kit/serve/RequestContext.js';
import { groupByKey } from '../../kit/sql/groupByKey.js';
import type { Erasure } from '../entities/Erasure.js';
import { LegalHold } from '../entities/LegalHold.js';
import { STANDS } from './standingHold.js';

export const ErasureState = enumType('ErasureState', 'How far an erasure is.', {
  HELD: 'A legal hold stands in its way. It begins when the last one is released, or within an hour after it has ended.',
  RUNNING: 'The customer is erased in identity, and a receipt of some subgraph is awaited.',
  DONE: 'Every subgraph has given its receipt.',
});
export type ErasureState = keyof typeof ErasureState;

/** How far an erasure is. */
export function stateOf({ startedAt, doneAt }: Pick<Erasure, 'startedAt' | 'doneAt'>): ErasureState {
  if (doneAt !== null) return 'DONE';
  return startedAt === null ? 'HELD' : 'RUNNING';
}

@ObjectType({ description: 'How much was erased in one place.', simpleResolvers: true })
export class ErasedRows {
  @Field(() => String, {
    description: 'Where: a table, or `event_log` for what had been told to other subgraphs.',
  })
  place: string;

  @Field(() => Int, { description: 'How many rows, or events, were deleted or overwritten.' })
  count: number;
}

@ObjectType({ description: 'What one subgraph has done of an erasure.', simpleResolvers: true })
export class SubgraphErasure {
  @Field(() => String, { description: 'Its name: `sales`.' })
  subgraph: string;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it erased the customer; null as long as it has not said so.',
  })
  erasedAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when its receipt is awaited; null once it is there, and while the erasure is held.',
  })
  waitingSince: Date | null;

  @Field(() => [ErasedRows], {
    description:
      'How much it erased, by place; empty where it had nothing of the customer, and before. At most one for each of its tables.',
  })
  rows: ErasedRows[];

  @Field(() => String, {
    nullable: true,
    description:
      'Its signature of the receipt, checked when it came: `docs/privacy.md` says over what. Null before, and where nothing is signed.',
  })
  signature: string | null;
}

interface ReceiptRow {
  readonly id: string;
  readonly subgraph: string;
  readonly startedAt: Date | null;
  readonly erasedAt: Date | null;
  readonly rows: Readonly<Record<string, number>> | null;
  readonly signature: string | null;
}

/** By an erasure's id, what each of the subgraphs has done of it: those that owe a receipt, and those that gave one without. */
export const subgraphErasures: BatchRead<readonly SubgraphErasure[]> = async (database, ids) => {
  const found = await database.query<ReceiptRow>(sql`
    SELECT e.id, s.name AS subgraph, e.started_at AS "startedAt", r.erased_at AS "erasedAt", r.rows, r.signature
    FROM erasure e
    CROSS JOIN LATERAL (SELECT unnest(e.subgraphs) AS name UNION SELECT subgraph FROM erasure_receipt WHERE customer_id = e.erased_as) AS s
    LEFT JOIN erasure_receipt r ON r.customer_id = e.erased_as AND r.subgraph = s.name
    WHERE e.id = ANY(${ids}::uuid[]) ORDER BY s.name`);
  return groupByKey(ids, found, ({ id }) => id).map((of) =>
    of.map(({ subgraph, startedAt, erasedAt, rows, signature }) => ({
      subgraph,
      erasedAt,
      waitingSince: erasedAt === null ? startedAt : null,
      rows: Object.entries(rows ?? {})
        .map(([place, count]) => ({ place, count }))
        .toSorted((one, other) => (one.place < other.place ? -1 : 1)),
      signature,
    })),
  );
};

/** By an erasure's id, the legal holds that stand in its way, the first first. */
export const standingHolds: BatchRead<readonly LegalHold[]> = async (database, ids) => {
  const { columns } = database.selection(LegalHold);
  const found = await database.query<{ erasureId: string }>(sql`
    SELECT e.id AS "erasureId", ${raw(columns)} FROM erasure e
    LEFT JOIN customer_alias a ON a.customer_id = e.customer_id
    JOIN legal_hold t ON t.customer_id = coalesce(a.canonical_id, e.customer_id)
    WHERE e.id = ANY(${ids}::uuid[]) AND e.started_at IS NULL AND ${raw(STANDS)} ORDER BY t.placed_at, t.id`);
  return groupByKey(ids, found, ({ erasureId }) => erasureId).map((rows) => database.hydrate(LegalHold, rows));
};
