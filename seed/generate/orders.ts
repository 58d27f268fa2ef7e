import { Order } from '../../subgraphs/sales/entities/Order.js';
import { OrderLine } from '../../subgraphs/sales/entities/OrderLine.js';
import { ServicePromise } from '../../subgraphs/service/entities/ServicePromise.js';
import { officeMoment } from './calendar.js';
import { happens, idOf, touch, type Life } from './Life.js';
import type { About } from './opinions.js';
import { productAt, type SeedProduct } from './products.js';
import { daysAfter } from './World.js';

/** A product and how many of it. */
export interface Wanted {
  readonly product: number;
  readonly quantity: number;
}

/** What is to be ordered. */
export interface OrderPlan {
  /** Tells it from the customer's other orders; also the end of its number. */
  readonly key: string;
  readonly placedAt: Date;
  /** At least one. */
  readonly wanted: readonly Wanted[];
}

/** An order, as far as its story is known before its delivery. */
export interface Purchase {
  readonly plan: OrderPlan;
  readonly orderId: string;
  readonly number: string;
  readonly product: SeedProduct;
  /** The sum of its lines, in cents. */
  readonly total: number;
  readonly cancelled: boolean;
  readonly journeyId: string;
  /** When the customer should have it. */
  readonly promisedAt: Date;
}

/** Works out an order, writes its lines, and shows on the timeline that it was placed. */
export function placeOrder(life: Life, plan: OrderPlan): Purchase {
  const { faker, index } = life;
  const orderId = idOf(life, 'order', plan.key);
  let total = 0;
  plan.wanted.forEach((wanted, position) => {
    total += addLine(life, orderId, position, wanted);
  });
  const cancelled = happens(life, 0.03);
  const number = `SO-${index + 1}-${plan.key}`;
  const product = productAt(plan.wanted[0]?.product ?? 0);
  const journeyId = idOf(life, 'journey', plan.key);
  const more = plan.wanted.length > 1 ? ` and ${plan.wanted.length - 1} more` : '';
  touch(life, {
    occurredAt: plan.placedAt,
    channel: life.isOrganization ? 'EMAIL' : happens(life, 0.25) ? 'APP' : 'WEB',
    direction: 'INBOUND',
    kind: 'ORDER',
    department: 'SALES',
    summary: `Ordered ${product.name}${more} (${number})`,
    sourceType: 'Order',
    sourceId: orderId,
    journeyId,
    threadKey: `Order:${orderId}`,
  });
  const promisedAt = officeMoment(life, daysAfter(plan.placedAt, faker.number.float({ min: 1.5, max: 4.5 })));
  return { plan, orderId, number, product, total, cancelled, journeyId, promisedAt };
}

/** Returns what the line costs, in cents. */
function addLine(life: Life, orderId: string, position: number, { product, quantity }: Wanted): number {
  const { cents } = productAt(product);
  const sum = cents * quantity;
  const discount = happens(life, quantity >= 10 ? 0.8 : 0.15) ? Math.round(sum * 0.1) : 0;
  life.rows.add(OrderLine, {
    orderId,
    position,
    productId: life.world.id('product', product),
    quantity,
    unitPriceAmount: (cents / 100).toFixed(2),
    unitCostAmount: (Math.round(cents * 0.62) / 100).toFixed(2),
    discountAmount: (discount / 100).toFixed(2),
  });
  return sum - discount;
}

/** When the customer got it, or when it left us; what is after the present has not happened. */
export function addOrder(life: Life, purchase: Purchase, deliveredAt: Date): void {
  const { now } = life.world;
  const { placedAt } = purchase.plan;
  const confirmedAt = daysAfter(placedAt, 0.3);
  const shippedAt = daysAfter(placedAt, 1.2);
  const [status, updatedAt] = purchase.cancelled
    ? (['CANCELLED', placedAt] as const)
    : deliveredAt <= now
      ? (['DELIVERED', deliveredAt] as const)
      : shippedAt <= now
        ? (['SHIPPED', shippedAt] as const)
        : confirmedAt <= now
          ? (['CONFIRMED', confirmedAt] as const)
          : (['PLACED', placedAt] as const);
  life.rows.add(Order, {
    id: purchase.orderId,
    number: purchase.number,
    customerId: life.id,
    status,
    placedAt,
    currency: life.country.currency,
    totalAmount: (purchase.total / 100).toFixed(2),
    createdAt: placedAt,
    updatedAt,
    version: 1,
  });
  if (status !== 'DELIVERED') return;
  const delivery = {
    occurredAt: deliveredAt,
    channel: life.isOrganization ? 'EMAIL' : 'SMS',
    direction: 'OUTBOUND',
    kind: 'ORDER',
    department: 'SALES',
    summary: `Order ${purchase.number} was delivered`,
    sourceType: 'Order',
    sourceId: purchase.orderId,
    journeyId: purchase.journeyId,
    threadKey: `Order:${purchase.orderId}`,
  } as const;
  touch(life, delivery, 'delivered');
  addWarranties(life, purchase, deliveredAt);
}

/** What lasts has a warranty, which is a promise. */
function addWarranties(life: Life, { plan, orderId, number }: Purchase, deliveredAt: Date): void {
  for (const { product } of plan.wanted) {
    const { name, warranty, cents } = productAt(product);
    if (warranty === 0 || cents < 30_000) continue;
    const until = daysAfter(deliveredAt, warranty * 365);
    life.rows.add(ServicePromise, {
      id: idOf(life, 'warranty', orderId, product),
      customerId: life.id,
      caseId: null,
      kind: 'WARRANTY',
      what: `${warranty} years of warranty on ${name} (${number})`,
      employeeId: null,
      dueAt: until,
      validUntil: until,
      keptAt: null,
      createdAt: deliveredAt,
      updatedAt: deliveredAt,
      version: 1,
    });
  }
}

/** What opinions on this order are about. */
export function aboutOrder({ plan, journeyId, product }: Purchase, experience: string): About {
  return { key: plan.key, journeyId, category: product.category, experience };
}
