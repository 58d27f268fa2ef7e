import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../kit/graph/DateTime.js';
import { enumType } from '../kit/graph/enumType.js';
import { Explanation, explanation } from '../kit/graph/metrics.js';

export const LifecycleStage = enumType('LifecycleStage', 'How far the relation with a customer has come.', {
  LEAD: 'They have shown interest; there was no opportunity and no order yet.',
  PROSPECT: 'There was an opportunity; there was no order yet.',
  CUSTOMER: 'They have ordered once.',
  REPEAT_CUSTOMER: 'They have ordered again.',
  LAPSED: 'They have ordered nothing for 365 days. With the next order they are a REPEAT_CUSTOMER again.',
});
export type LifecycleStage = keyof typeof LifecycleStage;

/** After how many days without an order a customer has lapsed. */
export const LAPSE_DAYS = 365;

@ObjectType({ description: 'The moment at which a customer entered a stage.', simpleResolvers: true })
export class LifecycleChange {
  @Field(() => LifecycleStage, { description: 'The stage.' })
  stage: LifecycleStage;

  @Field(() => DateTime, { description: 'When they entered it.' })
  at: Date;
}

@ObjectType({
  description:
    'How far the relation with a customer has come, and how it came there. It follows from leads, opportunities and orders.',
  simpleResolvers: true,
})
export class LifecycleMetric {
  @Field(() => LifecycleStage, { nullable: true, description: 'The stage now; null when sales never dealt with them.' })
  value: LifecycleStage | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when; null when there is no stage.' })
  since: Date | null;

  @Field(() => [LifecycleChange], {
    description: 'Every stage that they entered, the first one first. Two lapses are at least 365 days apart.',
  })
  history: LifecycleChange[];

  @Field(() => Explanation, { description: 'How it came about.' })
  explain: Explanation;
}

/** What moves a customer from stage to stage, as `lifecycleEventsOf` reads it. */
export interface LifecycleEvents {
  readonly customerId: string;
  readonly leads: number;
  readonly opportunities: number;
  readonly orders: number;
  readonly firstLeadAt: Date | null;
  readonly firstOpportunityAt: Date | null;
  readonly firstOrderAt: Date | null;
  readonly secondOrderAt: Date | null;
  /** Orders that came more than LAPSE_DAYS after the one before, and that one; in order. */
  readonly returns: readonly { readonly previousAt: Date; readonly at: Date }[];
  readonly lastOrderAt: Date | null;
}

function lapseAfter(order: Date): Date {
  return new Date(order.getTime() + LAPSE_DAYS * 86_400_000);
}

/** Whether `at` came before all of the others that there were. */
function before(at: Date, ...others: (Date | null)[]): boolean {
  return others.every((other) => other === null || at < other);
}

function historyOf(events: LifecycleEvents, now: Date): LifecycleChange[] {
  const { firstLeadAt, firstOpportunityAt, firstOrderAt, secondOrderAt, lastOrderAt } = events;
  const history: LifecycleChange[] = [];
  if (firstLeadAt && before(firstLeadAt, firstOpportunityAt, firstOrderAt)) {
    history.push({ stage: 'LEAD', at: firstLeadAt });
  }
  if (firstOpportunityAt && before(firstOpportunityAt, firstOrderAt)) {
    history.push({ stage: 'PROSPECT', at: firstOpportunityAt });
  }
  if (firstOrderAt === null || lastOrderAt === null) return history;
  history.push({ stage: 'CUSTOMER', at: firstOrderAt });
  const returns = events.returns.flatMap<LifecycleChange>(({ previousAt, at }) => [
    { stage: 'LAPSED', at: lapseAfter(previousAt) },
    { stage: 'REPEAT_CUSTOMER', at },
  ]);
  const isReturn = secondOrderAt !== null && events.returns[0]?.at.getTime() === secondOrderAt.getTime();
  if (secondOrderAt && !isReturn) history.push({ stage: 'REPEAT_CUSTOMER', at: secondOrderAt });
  history.push(...returns);
  if (lapseAfter(lastOrderAt) < now) history.push({ stage: 'LAPSED', at: lapseAfter(lastOrderAt) });
  return history;
}

/**
 * The stage of a customer with its history, derived from what is recorded and never entered by hand (see
 * docs/decisions/lifecycle-stages-are-derived.md).
 * @param events null when there are none
 */
export function lifecycleStage(events: LifecycleEvents | null): LifecycleMetric {
  const now = new Date();
  const history = events === null ? [] : historyOf(events, now);
  const last = history[history.length - 1];
  const { leads, opportunities, orders } = events ?? { leads: 0, opportunities: 0, orders: 0 };
  const formula = `LEAD from the first lead, PROSPECT from the first opportunity, CUSTOMER from the first order that is not cancelled, REPEAT_CUSTOMER from the second; LAPSED ${LAPSE_DAYS} days after an order when none followed`;
  return {
    value: last?.stage ?? null,
    since: last?.at ?? null,
    history,
    explain: explanation(formula, { leads, opportunities, orders }, leads + opportunities + orders),
  };
}
