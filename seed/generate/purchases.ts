import { seasonalMoment } from './calendar.js';
import { addJourney, feel, happens, type Life } from './Life.js';
import { answerSurvey, review } from './opinions.js';
import { aboutOrder, addOrder, placeOrder, type OrderPlan, type Purchase, type Wanted } from './orders.js';
import { productNumbers } from './products.js';
import { askSomething, breakDown, comeLate, type Trouble } from './troubles.js';

/** What a customer bought, and how it went. */
export interface Purchases {
  /** When each order was placed, oldest first. */
  readonly placedAt: readonly Date[];
  /** Cents to date, in the customer's currency. */
  readonly revenue: number;
  /** When they were disappointed so much that they have not ordered since. */
  readonly lostTrustAt: Date | null;
}

/** Below it a customer may leave. */
const ENOUGH_TRUST = 5;

/** Few customers bring most of the revenue: a Pareto distribution, bounded. */
function orderCount(life: Life): number {
  const rank = life.world.share('orders', life.index);
  if (rank < 0.2) return 0;
  const pareto = ((1 - rank) / 0.8) ** (-1 / 1.35);
  return Math.min(60, Math.floor(pareto * (life.isOrganization ? 2.4 : 1)));
}

/** One to three different products, most of them of what the customer cares for. */
function choose(life: Life): Wanted[] {
  const count = life.faker.helpers.weightedArrayElement([
    { weight: 50, value: 1 },
    { weight: 33, value: 2 },
    { weight: 17, value: 3 },
  ]);
  const numbers = new Set<number>();
  for (let n = 0; n < count; n += 1) {
    const category = happens(life, 0.7) ? life.interest : null;
    numbers.add(life.faker.helpers.arrayElement(productNumbers(category)));
  }
  const most = life.isOrganization ? 8 : 1;
  return [...numbers].map((product) => ({ product, quantity: life.faker.number.int({ min: 1, max: most }) }));
}

/** It came in time: the customer is content, and sometimes says so. */
function beContent(life: Life, purchase: Purchase, deliveredAt: Date): void {
  feel(life, 0.25);
  const about = aboutOrder(purchase, happens(life, 0.4) ? 'delivery' : 'product');
  if (happens(life, 0.22)) answerSurvey(life, about, 'nps', deliveredAt);
  else if (happens(life, 0.28)) answerSurvey(life, about, 'csat', deliveredAt);
  if (happens(life, 0.05)) review(life, about, deliveredAt);
}

/** How the order went; null when it simply arrived. */
function troubleOf(life: Life, purchase: Purchase): Trouble | null {
  if (purchase.cancelled || purchase.promisedAt > life.world.now) return null;
  if (happens(life, 0.09)) return comeLate(life, purchase);
  if (purchase.product.warranty > 0 && happens(life, 0.08)) return breakDown(life, purchase, purchase.promisedAt);
  return null;
}

/** What an order came to. */
export interface ToldOrder {
  readonly placedAt: Date;
  /** Cents; zero when it was cancelled. */
  readonly revenue: number;
  /** When the customer turned away from us because of it. */
  readonly lostTrustAt: Date | null;
}

/** Tells the story of an order: placed, delivered in time or not, used, and what was said about it. */
export function tellOrder(life: Life, plan: OrderPlan): ToldOrder {
  const { now } = life.world;
  const purchase = placeOrder(life, plan);
  const { cancelled, journeyId, promisedAt } = purchase;
  const trouble = troubleOf(life, purchase);
  const deliveredAt = trouble?.deliveredAt ?? promisedAt;
  addOrder(life, purchase, deliveredAt);
  const delivered = !cancelled && deliveredAt <= now;
  if (delivered && trouble === null) beContent(life, purchase, deliveredAt);
  if (!cancelled && trouble === null && happens(life, 0.06)) askSomething(life, purchase, plan.placedAt);
  addJourney(life, {
    id: journeyId,
    subject: trouble?.subject ?? `Purchase ${purchase.number}`,
    openedAt: plan.placedAt,
    open: trouble?.open ?? (!delivered && !cancelled),
  });
  const turnsAway = trouble !== null && life.trust < ENOUGH_TRUST && happens(life, 0.6);
  return {
    placedAt: plan.placedAt,
    revenue: cancelled ? 0 : purchase.total,
    lostTrustAt: turnsAway ? trouble.endedAt : null,
  };
}

/** The purchases with one order more. */
export function withOrder({ placedAt, revenue, lostTrustAt }: Purchases, order: ToldOrder): Purchases {
  return {
    placedAt: [...placedAt, order.placedAt].toSorted((a, b) => a.getTime() - b.getTime()),
    revenue: revenue + order.revenue,
    lostTrustAt: lostTrustAt ?? order.lostTrustAt,
  };
}

/** Adds the customer's orders with all that followed from each of them. */
export function addPurchases(life: Life): Purchases {
  const moments = Array.from({ length: orderCount(life) }, () => seasonalMoment(life))
    .filter((moment) => moment <= life.world.now)
    .sort((a, b) => a.getTime() - b.getTime());
  let purchases: Purchases = { placedAt: [], revenue: 0, lostTrustAt: null };
  for (const [number, placedAt] of moments.entries()) {
    const { lostTrustAt } = purchases;
    if (lostTrustAt !== null && placedAt > lostTrustAt) break;
    const order = tellOrder(life, { key: String(number + 1), placedAt, wanted: choose(life) });
    purchases = withOrder(purchases, order);
  }
  return purchases;
}
