import sql, { join } from 'sql-template-tag';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Database } from '../kit/sql/Database.js';
import { Money, money } from '../kit/graph/Money.js';
import { opportunityConditions } from './opportunityList.js';
import { OpportunityStage, STAGES } from './opportunityStages.js';

@ObjectType({ description: 'What stands in one stage of the pipeline.', simpleResolvers: true })
export class PipelineStage {
  @Field(() => OpportunityStage, { description: 'The stage.' })
  stage: OpportunityStage;

  @Field(() => Int, { description: 'How many opportunities are in it, those without an amount counted.' })
  count: number;

  @Field(() => [Money], {
    description: 'What they are worth together: one exact sum for each currency that occurs, by currency code.',
  })
  amount: Money[];
}

@InputType({ description: 'Whose and what pipeline; all conditions must hold.' })
export class PipelineFilter {
  @Field(() => ID, { nullable: true, description: 'Pursued by this employee.' })
  ownerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'About this product.' })
  productId?: string | null;
}

interface PipelineRow {
  readonly stage: OpportunityStage;
  readonly currency: string | null;
  readonly count: number;
  /** Null where no opportunity has an amount, which is where `currency` is null. */
  readonly amount: string | null;
}

/** Every stage with what stands in it, in the order of the stages, the empty ones too. */
export async function pipeline(
  database: Database,
  filter: PipelineFilter | null | undefined,
): Promise<PipelineStage[]> {
  const conditions = join([sql`TRUE`, ...opportunityConditions(filter)], ' AND ');
  const rows = await database.query<PipelineRow>(sql`
    SELECT t.stage, t.currency, count(*)::int AS count, sum(t.amount) AS amount
    FROM opportunity t WHERE ${conditions} GROUP BY t.stage, t.currency ORDER BY t.currency`);
  return STAGES.map((stage) => {
    const own = rows.filter((row) => row.stage === stage);
    return {
      stage,
      count: own.reduce((sum, row) => sum + row.count, 0),
      amount: own.flatMap(({ amount, currency }) =>
        amount === null || currency === null ? [] : [money(amount, currency)],
      ),
    };
  });
}
