import sql, { raw, type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { enumType } from '../kit/graph/enumType.js';
import { idFilter } from '../kit/sql/idFilter.js';
import type { ListOrder } from '../kit/sql/readPages.js';
import { ExposureOutcome } from './entities/Exposure.js';

export const ExposureOrderBy = enumType('ExposureOrderBy', 'An order of exposures.', {
  SENT_AT_DESC: 'What was sent last first.',
  SENT_AT_ASC: 'What was sent first first.',
});
export type ExposureOrderBy = keyof typeof ExposureOrderBy;

export const EXPOSURE_ORDERS: Record<ExposureOrderBy, ListOrder> = {
  SENT_AT_DESC: { by: 't.sent_at', type: 'timestamptz', direction: 'DESC' },
  SENT_AT_ASC: { by: 't.sent_at', type: 'timestamptz', direction: 'ASC' },
};

@InputType({ description: 'Which exposures; all conditions must hold.' })
export class ExposureFilter {
  @Field(() => ID, { nullable: true, description: 'Of this customer.' })
  customerId?: string | null;

  @Field(() => ID, { nullable: true, description: 'By this campaign.' })
  campaignId?: string | null;

  @Field(() => ExposureOutcome, { nullable: true, description: 'That came just so far, as `Exposure.outcome`.' })
  outcome?: ExposureOutcome | null;
}

@InputType({ description: "Which of a customer's or a campaign's exposures." })
export class OwnExposureFilter {
  @Field(() => ExposureOutcome, { nullable: true, description: 'That came just so far, as `Exposure.outcome`.' })
  outcome?: ExposureOutcome | null;
}

/** `Exposure.outcome` in SQL, to the letter as the indexes have it. */
const OUTCOME = raw(`(CASE WHEN t.control THEN 'CONTROL' WHEN t.responded_at IS NOT NULL THEN 'RESPONDED'
  WHEN t.clicked_at IS NOT NULL THEN 'CLICKED' WHEN t.opened_at IS NOT NULL THEN 'OPENED' ELSE 'SENT' END)`);

/** The conditions of a filter, over the alias `t`. */
export function exposureConditions(filter: ExposureFilter | null | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (typeof filter?.customerId === 'string') conditions.push(idFilter('customer_id', filter.customerId));
  if (typeof filter?.campaignId === 'string') conditions.push(idFilter('campaign_id', filter.campaignId));
  return [...conditions, ...ownExposureConditions(filter)];
}

/** The conditions of a filter on the exposures of one customer or campaign, over the alias `t`. */
export function ownExposureConditions(filter: OwnExposureFilter | null | undefined): Sql[] {
  return filter?.outcome ? [sql`${OUTCOME} = ${filter.outcome}`] : [];
}
