import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { MoneyInput, nonNegativeMoney } from '../kit/graph/Money.js';
import { text } from '../kit/graph/parseInput.js';

@InputType({ description: 'Something to give to a customer.' })
export class GrantGoodwillInput {
  @Field(() => ID, { description: 'To whom.' })
  customerId: string;

  @Field(() => ID, { nullable: true, description: 'The case for which it is granted, one of that customer.' })
  caseId?: string | null;

  @Field(() => MoneyInput, { description: "How much; more than zero, and within the employee's authority." })
  amount: MoneyInput;

  @Field(() => String, { description: 'Why. At most 10,000 characters.' })
  reason: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'Who grants it: you by default, where you sign in as an employee. Another needs the scope `staff:act`.',
  })
  employeeId?: string | null;
}

@InputType({ description: 'How much goodwill an employee may grant in a currency.' })
export class GoodwillAuthorityInput {
  @Field(() => ID, { description: 'Who.' })
  employeeId: string;

  @Field(() => MoneyInput, {
    description:
      'The most that they may grant to one customer in any 30 days, all together; zero for nothing any more.',
  })
  limit: MoneyInput;
}

const id = z.string().toLowerCase();

export const grantGoodwillInput = z.object({
  customerId: id,
  caseId: id.nullish(),
  amount: nonNegativeMoney.refine(({ amount }) => /[1-9]/.test(amount), {
    path: ['amount'],
    message: 'must be more than zero',
  }),
  reason: text(10_000),
  employeeId: id.nullish(),
});

export const goodwillAuthorityInput = z.object({ employeeId: id, limit: nonNegativeMoney });
