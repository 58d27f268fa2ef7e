import type { EntityManager } from 'typeorm';
import { type MergesApplied, mergesApplied } from '../../../schema/contract.js';
import { eventConsumer, type ReceivedEvent } from '../../kit/flow/EventConsumer.js';

/** Keeps what the subgraphs tell of merges that they have applied, and that they take part in them; identity is one of them. */
export const mergeProgress = eventConsumer({
  name: 'merges',
  event: mergesApplied,
  async handle(events: readonly ReceivedEvent<MergesApplied>[], manager: EntityManager) {
    const told = events.map(({ time, data }) => ({ at: time, ...data }));
    await manager.query(
      `INSERT INTO merging_subgraph (name, heard_at)
       SELECT subgraph, max(at) FROM jsonb_to_recordset($1::jsonb) AS t(subgraph text, at timestamptz) GROUP BY subgraph
       ON CONFLICT (name) DO UPDATE SET heard_at = greatest(merging_subgraph.heard_at, excluded.heard_at)`,
      [JSON.stringify(told)],
    );
    await manager.query(
      `INSERT INTO applied_merge (position, subgraph, applied_at)
       SELECT unnest(positions), subgraph, at FROM jsonb_to_recordset($1::jsonb) AS t(subgraph text, at timestamptz, positions bigint[])
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(told)],
    );
  },
});
