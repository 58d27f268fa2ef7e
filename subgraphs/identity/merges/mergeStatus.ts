import sql from 'sql-template-tag';
import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../../kit/graph/DateTime.js';
import { groupByKey } from '../../kit/sql/groupByKey.js';
import type { BatchRead } from '../../kit/serve/RequestContext.js';
import { SILENT_DAYS } from './forgetAppliedMerges.js';

@ObjectType({ description: 'How far one subgraph is with a merge or an unmerge.', simpleResolvers: true })
export class SubgraphMergeStatus {
  @Field(() => String, { description: 'Its name: `sales`.' })
  subgraph: string;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it said that all of it was done, what it derives included; null as long as it has not.',
  })
  appliedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when it is awaited; null once it is done.' })
  waitingSince: Date | null;
}

@ObjectType({
  description: 'Whether the last merge or unmerge of a customer has been applied in every subgraph.',
  simpleResolvers: true,
})
export class MergeStatus {
  @Field(() => Boolean, { description: 'Whether no subgraph is awaited.' })
  applied: boolean;

  @Field(() => DateTime, { description: 'When the customer, or who is one with them, was last merged or unmerged.' })
  changedAt: Date;

  @Field(() => [SubgraphMergeStatus], {
    description: `Each subgraph that takes part, by name: those that said something within the last ${SILENT_DAYS} days, also when they are down.`,
  })
  subgraphs: SubgraphMergeStatus[];
}

interface Row {
  readonly id: string;
  readonly changedAt: Date;
  readonly subgraph: string | null;
  readonly appliedAt: Date | null;
}

/** Of customers, by any of their ids, how far the subgraphs are with the last merge or unmerge; null for who was never merged. */
export const mergeStatusOf: BatchRead<MergeStatus | null> = async (database, customerIds) => {
  const rows = await database.query<Row>(sql`
    SELECT a.customer_id AS id, a.merged_at AS "changedAt", s.name AS subgraph, m.applied_at AS "appliedAt"
    FROM customer_alias a
    LEFT JOIN merging_subgraph s ON s.heard_at > now() - make_interval(days => ${SILENT_DAYS}::int)
    LEFT JOIN applied_merge m ON m.position = a.position AND m.subgraph = s.name
    WHERE a.customer_id = ANY(${customerIds}::uuid[]) ORDER BY s.name`);
  return groupByKey(customerIds, rows, ({ id }) => id).map((of) => {
    const [first] = of;
    if (first === undefined) return null;
    const subgraphs = of.flatMap(({ subgraph, appliedAt, changedAt }) =>
      subgraph === null ? [] : [{ subgraph, appliedAt, waitingSince: appliedAt === null ? changedAt : null }],
    );
    return {
      applied: subgraphs.length > 0 && subgraphs.every(({ waitingSince }) => waitingSince === null),
      changedAt: first.changedAt,
      subgraphs,
    };
  });
};
