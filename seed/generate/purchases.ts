import { Order } from '../../subgraphs/sales/entities/Order.js';
import { OrderLine } from '../../subgraphs/sales/entities/OrderLine.js';
import { Journey } from '../../subgraphs/touchpoints/entities/Journey.js';
import { PRODUCTS } from './catalogue.js';
import { complain } from './complaint.js';
import { happens, idOf, touch, type Life } from './Life.js';
import { answerSurvey, review, type Purchase } from './opinions.js';
import { daysAfter, daysBetween } from './World.js';

/** What a customer bought, and how it went. */
export interface Purchases {
  readonly orders: number;
  /** Cents to date, in the customer's currency. */
  readonly revenue: number;
  /** Whether they complained and have not ordered since. */
  readonly lostTrust: boolean;
}

const PRODUCT_INDEXES = PRODUCTS.map((_product, index) => index);

/** Few customers bring most of the revenue: a Pareto distribution, bounded. */
function orderCount(life: Life): number {
  if (happens(life, 0.15)) return 0;
  const pareto = (1 - life.faker.number.float({ max: 0.9999 })) ** (-1 / 1.3);
  return Math.min(60, Math.floor(pareto * (life.isOrganization ? 3 : 1)));
}

function placeOrder(life: Life, number: number, placedAt: Date): Purchase {
  const { world, rows, faker, index } = life;
  const orderId = world.id('order', index, number);
  const positions = faker.helpers.arrayElements(PRODUCT_INDEXES, { min: 1, max: 3 });
  let total = 0;
  positions.forEach((product, position) => {
    const [, , price] = PRODUCTS[product] ?? PRODUCTS[0];
    const quantity = life.isOrganization ? faker.number.int({ min: 1, max: 8 }) : 1;
    const discount = happens(life, 0.2) ? Math.round(price * quantity * 0.1) : 0;
    total += price * quantity - discount;
    rows.add(OrderLine, {
      orderId,
      position,
      productId: world.id('product', product),
      quantity,
      unitPriceAmount: (price / 100).toFixed(2),
      unitCostAmount: (Math.round(price * 0.62) / 100).toFixed(2),
      discountAmount: (discount / 100).toFixed(2),
    });
  });
  const age = daysBetween(placedAt, world.now);
  const cancelled = happens(life, 0.03);
  const orderNumber = `SO-${index + 1}-${number + 1}`;
  rows.add(Order, {
    id: orderId,
    number: orderNumber,
    customerId: life.id,
    status: cancelled ? 'CANCELLED' : age < 2 ? 'PLACED' : age < 5 ? 'SHIPPED' : 'DELIVERED',
    placedAt,
    currency: life.country.currency,
    totalAmount: (total / 100).toFixed(2),
    createdAt: placedAt,
    updatedAt: placedAt,
    version: 1,
  });
  const [product] = PRODUCTS[positions[0] ?? 0] ?? PRODUCTS[0];
  const journeyId = idOf(life, 'journey', orderId);
  touch(life, {
    occurredAt: placedAt,
    channel: life.isOrganization ? 'EMAIL' : 'WEB',
    direction: 'INBOUND',
    kind: 'ORDER',
    department: 'SALES',
    summary: `Ordered ${product}${positions.length > 1 ? ` and ${positions.length - 1} more` : ''} (${orderNumber})`,
    sourceType: 'Order',
    sourceId: orderId,
    journeyId,
  });
  const deliveredAt = daysAfter(placedAt, faker.number.float({ min: 2, max: 5 }));
  return { orderId, number: orderNumber, product, placedAt, deliveredAt, total: cancelled ? 0 : total, journeyId };
}

const PRAISE = [
  'Arrived a day early and works like a charm.',
  'Third order from you, never a problem.',
  'Friendly people on the phone, I felt in good hands.',
  'Good value, and the packaging is all paper now. Well done!',
  'Alles bestens, gerne wieder.',
  'Très satisfaite, livraison rapide.',
] as const;

/** The customer is content, and sometimes says so. */
function beContent(life: Life, purchase: Purchase): void {
  const { faker, world } = life;
  const at = daysAfter(purchase.deliveredAt, faker.number.float({ min: 1, max: 6 }));
  const verbatim = happens(life, 0.5) ? faker.helpers.arrayElement(PRAISE) : null;
  if (happens(life, 0.3))
    answerSurvey(life, purchase, 'nps', { score: faker.number.int({ min: 7, max: 10 }), verbatim, at });
  else if (happens(life, 0.25))
    answerSurvey(life, purchase, 'csat', { score: faker.number.int({ min: 3, max: 5 }), verbatim, at });
  if (happens(life, 0.05) && at <= world.now)
    review(life, purchase, faker.number.int({ min: 4, max: 5 }), faker.helpers.arrayElement(PRAISE), at);
}

/** Adds the customer's orders with all that followed from each of them. */
export function addPurchases(life: Life): Purchases {
  const { world, rows, faker } = life;
  const known = daysBetween(life.since, world.now);
  const moments = Array.from({ length: orderCount(life) }, () =>
    daysAfter(life.since, faker.number.float() * known),
  ).sort((a, b) => a.getTime() - b.getTime());
  let revenue = 0;
  let orders = 0;
  for (const [number, placedAt] of moments.entries()) {
    const purchase = placeOrder(life, number, placedAt);
    orders += 1;
    revenue += purchase.total;
    const late = purchase.deliveredAt < world.now && happens(life, 0.12);
    const complaint = late ? complain(life, purchase) : null;
    if (!complaint && purchase.deliveredAt < world.now) beContent(life, purchase);
    const lastTouch = complaint?.endedAt ?? purchase.deliveredAt;
    rows.add(Journey, {
      id: purchase.journeyId,
      customerId: life.id,
      subject: complaint ? `Late delivery of ${purchase.number}` : `Purchase ${purchase.number}`,
      status: lastTouch < world.now && !complaint?.open ? 'CLOSED' : 'OPEN',
      openedAt: placedAt,
      lastTouchAt: lastTouch < world.now ? lastTouch : placedAt,
    });
    // Trust is lost for good by a third of those whom we disappointed.
    if (complaint && happens(life, 0.35)) return { orders, revenue, lostTrust: true };
  }
  return { orders, revenue, lostTrust: false };
}
