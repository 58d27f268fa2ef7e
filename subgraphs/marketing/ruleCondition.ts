import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { standing } from '../kit/ownership/standing.js';
import { Trait } from './entities/Trait.js';
import type {
  ConsentCondition,
  ExposureCondition,
  ExposureStep,
  RuleComparison,
  SegmentRule,
  TraitCondition,
} from './segmentRule.js';

/** Raw SQL, from these constants only; whatever a caller gave is a bound parameter. */
const SIGNS: Record<RuleComparison, Sql> = {
  EQUALS: raw('='),
  GREATER_THAN: raw('>'),
  AT_LEAST: raw('>='),
  LESS_THAN: raw('<'),
  AT_MOST: raw('<='),
};

const STEPS: Record<ExposureStep, Sql> = {
  SENT: raw('TRUE'),
  OPENED: raw('e.opened_at IS NOT NULL'),
  CLICKED: raw('e.clicked_at IS NOT NULL'),
  RESPONDED: raw('e.responded_at IS NOT NULL'),
};

/** A trait's value as what it is compared as; null when it is not written so. */
const VALUES = {
  TEXT: raw('t.value COLLATE "C"'),
  // A CASE, because Postgres may turn conditions joined by AND around, and cast first.
  NUMBER: raw(`CASE WHEN t.value ~ '^-?[0-9]{1,15}([.][0-9]{1,4})?$' THEN t.value::numeric END`),
  // Days written so sort as text as they do in time, and no cast can fail.
  DATE: raw(`CASE WHEN t.value ~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' THEN t.value COLLATE "C" END`),
} as const;

function traitHolds({ name, source, operator, comparedAs, values }: TraitCondition): Sql {
  const of = source ? sql`AND t.source = ${source}` : empty;
  const type = raw(comparedAs === 'NUMBER' ? 'numeric' : 'text');
  let compared: Sql = empty;
  if (operator === 'IN') compared = sql`AND (${VALUES[comparedAs]}) = ANY(${values}::${type}[])`;
  else if (operator !== 'EXISTS') compared = sql`AND (${VALUES[comparedAs]}) ${SIGNS[operator]} ${values[0]}::${type}`;
  return sql`EXISTS (SELECT FROM ${raw(standing(Trait))} t WHERE t.customer_id = c.id AND t.name = ${name} ${of} ${compared})`;
}

/** The last word on these channels is a yes; `silent` when there is no word. */
function lastWordIsYes(purpose: string, channels: Sql, silent: Sql): Sql {
  return sql`coalesce((SELECT g.action = 'GRANTED' FROM consent_event g
    WHERE g.customer_id = c.id AND g.purpose = ${purpose} AND ${channels}
    ORDER BY g.at DESC, g.sequence DESC LIMIT 1), ${silent})`;
}

/** As `mayContact`: a no for the channel itself outlives a broader yes, a broad no ends every narrower yes. */
function consentHolds({ purpose, channel }: ConsentCondition): Sql {
  if (!channel) return lastWordIsYes(purpose, sql`g.channel IS NULL`, sql`FALSE`);
  const narrow = lastWordIsYes(purpose, sql`g.channel = ${channel}`, sql`TRUE`);
  const any = lastWordIsYes(purpose, sql`(g.channel = ${channel} OR g.channel IS NULL)`, sql`FALSE`);
  return sql`(${narrow} AND ${any})`;
}

function exposuresHold({ step, campaignId, operator, count }: ExposureCondition): Sql {
  const by = campaignId ? sql`AND e.campaign_id = ${campaignId}::uuid` : empty;
  return sql`(SELECT count(*) FROM exposure e
    WHERE e.customer_id = c.id AND NOT e.control AND ${STEPS[step]} ${by}) ${SIGNS[operator]} ${count}::int`;
}

/**
 * The rule as a condition on the customer `c.id`, never null: a condition on what is not there does not hold, so that its
 * `not` does.
 */
export function ruleCondition(rule: SegmentRule): Sql {
  if ('all' in rule) return join(rule.all.map(ruleCondition), ' AND ', '(', ')');
  if ('any' in rule) return join(rule.any.map(ruleCondition), ' OR ', '(', ')');
  if ('not' in rule) return sql`(NOT ${ruleCondition(rule.not)})`;
  if ('trait' in rule) return traitHolds(rule.trait);
  if ('consent' in rule) return consentHolds(rule.consent);
  if ('exposures' in rule) return sql`(${exposuresHold(rule.exposures)})`;
  const { operator, at } = rule.lastExposure;
  return sql`coalesce((SELECT max(date_trunc('milliseconds', e.sent_at)) FROM exposure e
    WHERE e.customer_id = c.id AND NOT e.control) ${SIGNS[operator]} ${at}::timestamptz, FALSE)`;
}
