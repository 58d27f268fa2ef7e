import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { IdempotencyKey } from '../../kit/IdempotencyKey.js';
import { parseInput } from '../../kit/parseInput.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import {
  IdentifyCustomerInput,
  identifyCustomerInput,
  UpdateCustomerInput,
  updateCustomerInput,
} from '../customerInput.js';
import { Customer } from '../entities/Customer.js';
import { identifyCustomer } from '../identifyCustomer.js';
import { updateCustomer } from '../updateCustomer.js';

@ObjectType({ description: 'Who it is.', simpleResolvers: true })
class IdentifyCustomerPayload {
  @Field(() => Customer, { description: 'The customer, found or created.' })
  customer: Customer;

  @Field(() => Boolean, { description: 'Whether they were not known before.' })
  created: boolean;
}

@Resolver()
export class MutationResolver {
  @Mutation(() => IdentifyCustomerPayload, {
    description:
      'Finds the customer who has any of the identifiers, else creates one; identifiers not known yet are added. The same call again changes nothing. Identifiers of several customers are refused.',
  })
  identifyCustomer(
    @Arg('input', () => IdentifyCustomerInput, { description: 'Who is before us.' }) input: IdentifyCustomerInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<IdentifyCustomerPayload> {
    const once = { key: idempotencyKey, mutation: 'identifyCustomer', input };
    return identifyCustomer(context, parseInput(identifyCustomerInput, input, 'input'), once);
  }

  @Mutation(() => Customer, { description: "Changes a customer's own data." })
  updateCustomer(
    @Arg('id', () => ID, { description: 'Whom.' }) id: string,
    @Arg('input', () => UpdateCustomerInput, { description: 'What to change.' }) input: UpdateCustomerInput,
    @Arg('expectedVersion', () => Int, {
      nullable: true,
      description:
        'The version that you have seen; when it has changed since, nothing is written and the error is CONFLICT.',
    })
    expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Customer> {
    const once = { key: idempotencyKey, mutation: 'updateCustomer', input: { id, input, expectedVersion } };
    const checked = parseInput(updateCustomerInput, input, 'input');
    return updateCustomer(context, id, checked, expectedVersion ?? null, once);
  }
}
