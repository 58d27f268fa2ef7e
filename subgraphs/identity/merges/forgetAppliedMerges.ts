import type { DataSource } from 'typeorm';
import type { Chore } from '../../kit/serve/defineSubgraph.js';

/** A subgraph that says nothing for so long is gone for good: events wait no longer for it either. It says something every hour. */
export const SILENT_DAYS = 7;

/** Forgets subgraphs that are gone for good, and of merges what nobody asks for any more, because the same customers were merged or unmerged again. */
export const forgetAppliedMerges: Chore = {
  name: `forgot merges that others came after, and subgraphs that have been silent for ${SILENT_DAYS} days`,
  async run(dataSource: DataSource) {
    const [, silent] = await dataSource.query<[unknown, number]>(
      'DELETE FROM merging_subgraph WHERE heard_at < now() - make_interval(days => $1::int)',
      [SILENT_DAYS],
    );
    const [, dropped] = await dataSource.query<[unknown, number]>(
      // What a silent one has applied stays: it does not tell it again when it is back.
      'DELETE FROM applied_merge m WHERE NOT EXISTS (SELECT FROM customer_alias a WHERE a.position = m.position)',
    );
    return silent + dropped;
  },
};
