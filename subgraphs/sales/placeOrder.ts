import { Big } from 'big.js';
import { In } from 'typeorm';
import type { z } from 'zod';
import { badUserInput } from '../kit/graph/errors.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { findExternal } from '../kit/ownership/findExternal.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { Order } from './entities/Order.js';
import { OrderLine } from './entities/OrderLine.js';
import { Product } from './entities/Product.js';
import { nextOrderNumber } from './nextOrderNumber.js';
import type { placeOrderInput } from './orderInput.js';
import { reportOrder } from './reports.js';

type Input = z.output<typeof placeOrderInput>;

/** What `numeric(19,4)` and the scalar Decimal hold. */
const MAX_TOTAL = new Big('999999999999999.9999');

/** A line with its price, before it has an order. */
interface PricedLine {
  readonly position: number;
  readonly productId: string;
  readonly quantity: number;
  readonly unitPriceAmount: string;
  readonly unitCostAmount: string | null;
  readonly discountAmount: string;
}

function priceLine(input: Input, position: number, product: Product | undefined): PricedLine {
  const line = input.lines[position] as Input['lines'][number];
  const refuse = (field: string, reason: string) =>
    badUserInput(`input.lines.${position}.${field}: ${reason}`, `input.lines.${position}.${field}`);
  if (product === undefined) throw refuse('productId', `there is no Product ${line.productId}`);
  // An order that is recorded afterwards may be of something that we have given up since.
  if (!product.active && !input.placedAt) throw refuse('productId', `${product.name} is not for sale`);
  if (typeof line.unitPrice !== 'string' && product.currency !== input.currency) {
    throw refuse('unitPrice', `give a price in ${input.currency}: the list price is in ${product.currency}`);
  }
  const unitPriceAmount = line.unitPrice ?? product.unitPriceAmount;
  const discountAmount = line.discount ?? '0';
  if (new Big(unitPriceAmount).times(line.quantity).lt(discountAmount)) {
    throw refuse('discount', 'must not be more than quantity x unit price');
  }
  const { productId, quantity } = line;
  return { position, productId, quantity, unitPriceAmount, unitCostAmount: line.unitCost ?? null, discountAmount };
}

/**
 * Records what a customer buys, under a number of its own, with its exact total; once for each `externalId`.
 * @throws BAD_USER_INPUT for an unknown customer or product, a product that is not for sale, a price that is missing,
 *   a discount or total that is too large, or an `externalId` under which something else is recorded
 */
export async function placeOrder(context: RequestContext, input: Input, once: Idempotency): Promise<Order> {
  await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);
  const customerId = input.customerId.toLowerCase();
  return context.write(async (manager, outbox) => {
    const said = { customerId, currency: input.currency };
    const { id, there } = await findExternal(context.database, manager, Order, input.externalId, said);
    if (there) return there;
    const productIds = [...new Set(input.lines.map((line) => line.productId))];
    const products = await manager.findBy(Product, { id: In(productIds) });
    const byId = new Map(products.map((product) => [product.id, product]));
    const lines = input.lines.map(({ productId }, position) => priceLine(input, position, byId.get(productId)));
    const total = lines.reduce(
      (sum, line) => sum.plus(new Big(line.unitPriceAmount).times(line.quantity)).minus(line.discountAmount),
      new Big(0),
    );
    if (total.gt(MAX_TOTAL)) {
      throw badUserInput('input.lines: the total has more than 15 digits before the point', 'input.lines');
    }
    const now = new Date();
    const order = Object.assign(new Order(), {
      id,
      number: await nextOrderNumber(context.database, manager),
      customerId,
      status: 'PLACED' as const,
      placedAt: input.placedAt ?? now,
      currency: input.currency,
      totalAmount: total.toFixed(),
      createdAt: now,
      updatedAt: now,
      version: 1,
    });
    // Not `save`, which would change what an import has written under the id meanwhile.
    await manager.insert(Order, order);
    await manager.insert(
      OrderLine,
      lines.map((line) => ({ ...line, orderId: order.id })),
    );
    reportOrder(
      outbox,
      order,
      lines.map(({ productId }) => byId.get(productId)?.name ?? ''),
    );
    return order;
  }, once);
}
