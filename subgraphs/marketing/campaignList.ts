import sql, { type Sql } from 'sql-template-tag';
import { Field, InputType } from 'type-graphql';
import { Channel } from '../kit/graph/Channel.js';
import { enumType } from '../kit/graph/enumType.js';
import type { ListOrder } from '../kit/sql/readPages.js';

export const CampaignOrderBy = enumType('CampaignOrderBy', 'An order of campaigns.', {
  STARTS_AT_DESC: 'Those that start last first.',
  STARTS_AT_ASC: 'Those that start first first.',
  NAME_ASC: 'By name, whatever the case.',
});
export type CampaignOrderBy = keyof typeof CampaignOrderBy;

export const CAMPAIGN_ORDERS: Record<CampaignOrderBy, ListOrder> = {
  STARTS_AT_DESC: { by: 't.starts_at', type: 'timestamptz', direction: 'DESC' },
  STARTS_AT_ASC: { by: 't.starts_at', type: 'timestamptz', direction: 'ASC' },
  NAME_ASC: { by: 'lower(t.name)', type: 'text', direction: 'ASC' },
};

@InputType({ description: 'Which campaigns.' })
export class CampaignFilter {
  @Field(() => Channel, { nullable: true, description: 'On this channel.' })
  channel?: Channel | null;
}

/** The conditions of a filter, over the alias `t`. */
export function campaignConditions(filter: CampaignFilter | null | undefined): Sql[] {
  return filter?.channel ? [sql`t.channel = ${filter.channel}`] : [];
}
