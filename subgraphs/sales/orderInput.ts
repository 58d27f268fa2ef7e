import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { DateTime } from '../kit/graph/DateTime.js';
import { Decimal } from '../kit/graph/Decimal.js';
import { EXTERNAL_ID, ExternalIdInput, externalIdInput } from '../kit/graph/ExternalIdInput.js';
import { CurrencyCode } from '../kit/graph/Money.js';
import { pastMoment } from '../kit/graph/pastMoment.js';

/** How many lines an order can have. */
const MAX_LINES = 200;

/** Nobody orders more of one thing; a larger number is a slip. */
const MAX_QUANTITY = 1_000_000;

@InputType({ description: 'One product of an order. Its amounts are in the currency of the order.' })
export class OrderLineInput {
  @Field(() => ID, { description: 'What is bought.' })
  productId: string;

  @Field(() => Int, { description: 'How many units, 1 to 1,000,000.' })
  quantity: number;

  @Field(() => Decimal, {
    nullable: true,
    description:
      'The price of one unit, zero or more. Left out: the list price, when that is in the currency of the order.',
  })
  unitPrice?: string | null;

  @Field(() => Decimal, { nullable: true, description: 'What one unit costs us, zero or more, when it is known.' })
  unitCost?: string | null;

  @Field(() => Decimal, {
    nullable: true,
    description: 'Taken off the whole line, not off each unit: zero to quantity x unit price. Zero when left out.',
  })
  discount?: string | null;
}

@InputType({ description: 'What a customer buys at one time.' })
export class PlaceOrderInput {
  @Field(() => ID, { description: 'Who buys.' })
  customerId: string;

  @Field(() => CurrencyCode, { description: 'The currency of all its amounts, ISO 4217.' })
  currency: string;

  @Field(() => [OrderLineInput], { description: 'What is bought: 1 to 200 lines.' })
  lines: OrderLineInput[];

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When they ordered, for one that is recorded afterwards; now when left out. Not in the future, and at most ten years back.',
  })
  placedAt?: Date | null;

  @Field(() => ExternalIdInput, EXTERNAL_ID)
  externalId?: ExternalIdInput | null;
}

const amount = z.string().refine((value) => !value.startsWith('-'), 'must not be negative');

export const placeOrderInput = z.object({
  customerId: z.string(),
  currency: z.string(),
  lines: z
    .array(
      z.object({
        productId: z.uuid('is not the id of a product').toLowerCase(),
        quantity: z.number().min(1, 'must be at least 1').max(MAX_QUANTITY, `must be at most ${MAX_QUANTITY}`),
        unitPrice: amount.nullish(),
        unitCost: amount.nullish(),
        discount: amount.nullish(),
      }),
    )
    .min(1, 'must have a line')
    .max(MAX_LINES, `must have at most ${MAX_LINES} lines`),
  placedAt: pastMoment.nullish(),
  externalId: externalIdInput.nullish(),
});
