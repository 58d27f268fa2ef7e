import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver } from 'type-graphql';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { IdempotencyKey } from '../../kit/graph/IdempotencyKey.js';
import { TakesFormerIds } from '../../kit/ownership/TakesFormerIds.js';
import { parseInput } from '../../kit/graph/parseInput.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { removeAddress, setAddress } from '../addresses.js';
import {
  IdentifyCustomerInput,
  identifyCustomerInput,
  UpdateCustomerInput,
  updateCustomerInput,
} from '../customerInput.js';
import { AddressInput } from '../entities/Address.js';
import { Customer } from '../entities/Customer.js';
import { ExternalIdInput } from '../../kit/graph/ExternalIdInput.js';
import { PreferenceInput } from '../entities/Preference.js';
import { ExpectedVersion } from '../ExpectedVersion.js';
import { addExternalId, removeExternalId } from '../externalIds.js';
import { identifyCustomer } from '../identifyCustomer.js';
import type { Change } from '../lockRow.js';
import { mergeCustomers, tryMerge, unmergeCustomer } from '../mergeCustomers.js';
import { MergeCustomersPayload } from './MergeCustomersPayload.js';
import { removePreference, setPreference } from '../preferences.js';
import { updateCustomer } from '../updateCustomer.js';

@ObjectType({ description: 'Who it is.', simpleResolvers: true })
class IdentifyCustomerPayload {
  @Field(() => Customer, { description: 'The customer, found or created.' })
  customer: Customer;

  @Field(() => Boolean, { description: 'Whether they were not known before.' })
  created: boolean;
}

/** The argument that says whose something is. */
const Whose = () => Arg('customerId', () => ID, { description: 'Whose.' });

const ofCustomer = (id: string, expectedVersion: number | null | undefined): Change => ({
  id,
  argument: 'customerId',
  expectedVersion: expectedVersion ?? null,
});

/** What can be done with a customer. */
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
    @ExpectedVersion('customer') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Customer> {
    const once = { key: idempotencyKey, mutation: 'updateCustomer', input: { id, input, expectedVersion } };
    const checked = parseInput(updateCustomerInput, input, 'input');
    return updateCustomer(context, { ...ofCustomer(id, expectedVersion), argument: 'id' }, checked, once);
  }

  @Mutation(() => Customer, {
    description:
      'Notes how a customer likes something, in place of what was noted under the same label. At most 50 a customer. The same again changes nothing.',
  })
  setPreference(
    @Whose() customerId: string,
    @Arg('input', () => PreferenceInput, { description: 'What they like, and how.' }) input: PreferenceInput,
    @ExpectedVersion('customer') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Customer> {
    const once = { key: idempotencyKey, mutation: 'setPreference', input: { customerId, input, expectedVersion } };
    return setPreference(context, ofCustomer(customerId, expectedVersion), input, once);
  }

  @Mutation(() => Customer, {
    description: 'Forgets how a customer likes something. Without such a preference nothing changes.',
  })
  removePreference(
    @Whose() customerId: string,
    @Arg('label', () => String, { description: 'What it is about.' }) label: string,
    @ExpectedVersion('customer') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Customer> {
    const once = { key: idempotencyKey, mutation: 'removePreference', input: { customerId, label, expectedVersion } };
    return removePreference(context, ofCustomer(customerId, expectedVersion), label, once);
  }

  @Mutation(() => Customer, {
    description:
      'Writes down an address, whole, in place of the one with the same label. At most 10 a customer. The same again changes nothing.',
  })
  setAddress(
    @Whose() customerId: string,
    @Arg('input', () => AddressInput, { description: 'The address.' }) input: AddressInput,
    @ExpectedVersion('customer') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Customer> {
    const once = { key: idempotencyKey, mutation: 'setAddress', input: { customerId, input, expectedVersion } };
    return setAddress(context, ofCustomer(customerId, expectedVersion), input, once);
  }

  @Mutation(() => Customer, { description: 'Forgets an address. Without such an address nothing changes.' })
  removeAddress(
    @Whose() customerId: string,
    @Arg('label', () => String, { description: 'What it is for.' }) label: string,
    @ExpectedVersion('customer') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Customer> {
    const once = { key: idempotencyKey, mutation: 'removeAddress', input: { customerId, label, expectedVersion } };
    return removeAddress(context, ofCustomer(customerId, expectedVersion), label, once);
  }

  @Mutation(() => Customer, {
    description:
      'Writes down under which id another system knows the customer. At most 20 a customer. The same again changes nothing; the id of another customer is refused.',
  })
  addExternalId(
    @Whose() customerId: string,
    @Arg('externalId', () => ExternalIdInput, { description: 'The id there.' }) externalId: ExternalIdInput,
    @ExpectedVersion('customer') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Customer> {
    const once = { key: idempotencyKey, mutation: 'addExternalId', input: { customerId, externalId, expectedVersion } };
    return addExternalId(context, ofCustomer(customerId, expectedVersion), externalId, once);
  }

  @Mutation(() => Customer, {
    description: 'Forgets under which id another system knew the customer. Without such an id nothing changes.',
  })
  removeExternalId(
    @Whose() customerId: string,
    @Arg('externalId', () => ExternalIdInput, { description: 'The id there.' }) externalId: ExternalIdInput,
    @ExpectedVersion('customer') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Customer> {
    const input = { customerId, externalId, expectedVersion };
    const once = { key: idempotencyKey, mutation: 'removeExternalId', input };
    return removeExternalId(context, ofCustomer(customerId, expectedVersion), externalId, once);
  }

  @RequiresScopes(SCOPES.administerIdentity)
  @TakesFormerIds()
  @Mutation(() => MergeCustomersPayload, {
    description:
      'Makes one customer of two who are the same. All that was of the first is of the second, in every department, moments later; where both have the same (an address with one label, an estimate of one year), that of the second counts. Of name, locale, time zone, preferred channel and household that of the second counts too, where it says anything, else the newest; roles are those of both, and we know them since we first knew either. The old id stays good everywhere, and `unmergeCustomer` gives back what was there. Gives the second. Again, it changes nothing.',
  })
  mergeCustomers(
    @Arg('customerId', () => ID, { description: 'Who is merged.' }) customerId: string,
    @Arg('intoId', () => ID, { description: 'Into whom.' }) intoId: string,
    @Arg('dryRun', () => Boolean, {
      defaultValue: false,
      description: 'Whether to change nothing, and only tell what would change.',
    })
    dryRun: boolean,
    @ExpectedVersion('customer who is merged') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<MergeCustomersPayload> {
    if (dryRun) return tryMerge(context, ofCustomer(customerId, expectedVersion), intoId);
    const once = { key: idempotencyKey, mutation: 'mergeCustomers', input: { customerId, intoId, expectedVersion } };
    return mergeCustomers(context, ofCustomer(customerId, expectedVersion), intoId, once);
  }

  @RequiresScopes(SCOPES.administerIdentity)
  @TakesFormerIds()
  @Mutation(() => Customer, {
    description:
      'Takes a merge back: the customer has again what was theirs, in every department, moments later. What was written since then by their old id is theirs too; what was written by the id of the other stays with the other. Gives the customer. Without a merge nothing changes.',
  })
  unmergeCustomer(
    @Arg('customerId', () => ID, { description: 'Who was merged, by their old id.' }) customerId: string,
    @ExpectedVersion('customer who was merged') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Customer> {
    const once = { key: idempotencyKey, mutation: 'unmergeCustomer', input: { customerId, expectedVersion } };
    return unmergeCustomer(context, ofCustomer(customerId, expectedVersion), once);
  }
}
