import sql from 'sql-template-tag';
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { badUserInput, conflict } from '../kit/graph/errors.js';
import { MoneyInput, nonNegativeMoney } from '../kit/graph/Money.js';
import { insertForNamed } from '../kit/ownership/insertForNamed.js';
import type { Idempotency } from '../kit/flow/oncePerKey.js';
import { text } from '../kit/graph/parseInput.js';
import { actingEmployee } from '../kit/guard/actingEmployee.js';
import type { RequestContext } from '../kit/serve/RequestContext.js';
import { CategorySpend, MAX_CATEGORY_SPENDS } from './entities/CategorySpend.js';

@InputType({ description: 'What a customer spends in a year on what we sell, with us and with all others together.' })
export class SetCategorySpendInput {
  @Field(() => ID, { description: 'Who.' })
  customerId: string;

  @Field(() => Int, { description: 'The calendar year: at most ten years back, and at most one ahead.' })
  year: number;

  @Field(() => MoneyInput, {
    description: 'How much, in all, zero or more. It takes the place of what was there for this year and currency.',
  })
  amount: MoneyInput;

  @Field(() => String, { nullable: true, description: 'Where we know it from. At most 200 characters.' })
  source?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The employee who enters it: you by default, where you sign in as one. Another needs the scope `staff:act`.',
  })
  employeeId?: string | null;
}

const thisYear = () => new Date().getUTCFullYear();

export const setCategorySpendInput = z.object({
  customerId: z.string(),
  year: z
    .number()
    .refine((year) => year >= thisYear() - 10, 'must not lie more than ten years back')
    .refine((year) => year <= thisYear() + 1, 'must not lie more than one year ahead'),
  amount: nonNegativeMoney,
  source: text(200).nullish(),
  employeeId: z.string().nullish(),
});

/**
 * Enters what a customer spends in a year, in one currency.
 * @param expectedVersion the version that the caller has seen, 0 for none yet; null to set it whatever is there
 * @throws BAD_USER_INPUT for an unknown customer or employee, or one entry too many; CONFLICT when the version is stale
 */
export async function setCategorySpend(
  context: RequestContext,
  input: z.output<typeof setCategorySpendInput>,
  expectedVersion: number | null,
  once: Idempotency,
): Promise<CategorySpend> {
  await context.references.require('Customer', { 'input.customerId': input.customerId }, context.requestId);
  const customerId = input.customerId.toLowerCase();
  return context.write(async (manager) => {
    const employeeId = await actingEmployee(context, manager, input.employeeId, 'input.employeeId');
    // A row that is not there cannot be locked, so writers take turns by customer.
    const turn = `category_spend ${customerId}`;
    await context.database.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${turn}, 0))`, manager);
    const { year, amount } = input;
    const key = { customerId, year, currency: amount.currency };
    const own = await context.database.find(CategorySpend, sql`t.customer_id = ${customerId}`, manager);
    const there = own.find((spend) => spend.year === year && spend.currency === amount.currency);
    const version = there?.version ?? 0;
    if (expectedVersion !== null && version !== expectedVersion) throw conflict('The category spend', version);
    if (!there && own.length >= MAX_CATEGORY_SPENDS) {
      throw badUserInput(`input.year: a customer has at most ${MAX_CATEGORY_SPENDS} entries`, 'input.year');
    }
    const now = new Date();
    const changed = {
      amountValue: amount.amount,
      source: input.source ?? null,
      employeeId,
      updatedAt: now,
      version: version + 1,
    };
    const spend = Object.assign(there ?? new CategorySpend(), {
      ...key,
      createdAt: there?.createdAt ?? now,
      ...changed,
    });
    await manager.update(CategorySpend, key, changed);
    await insertForNamed(manager, CategorySpend, spend);
    return spend;
  }, once);
}
