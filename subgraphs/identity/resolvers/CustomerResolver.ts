import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { DurationMetric, explanation, ScoreMetric } from '../../kit/metrics.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { Address } from '../entities/Address.js';
import { Customer } from '../entities/Customer.js';
import { ExternalId } from '../entities/ExternalId.js';
import { Household } from '../entities/Household.js';
import { addressesOf, externalIdsOf, identifiersOf } from '../loaders.js';
import { profileCompleteness } from '../profileCompleteness.js';

@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => [String], { description: 'Email addresses, lower case, the first to use first. At most 20.' })
  async emails(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly string[]> {
    return (await context.load(identifiersOf, customer.id)).emails;
  }

  @FieldResolver(() => [String], { description: 'Phone numbers, E.164, the first to use first. At most 20.' })
  async phones(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly string[]> {
    return (await context.load(identifiersOf, customer.id)).phones;
  }

  @FieldResolver(() => [ExternalId], { description: 'Ids in other systems. At most 20.' })
  externalIds(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly ExternalId[]> {
    return context.load(externalIdsOf, customer.id);
  }

  @FieldResolver(() => [Address], { description: 'Postal addresses, one for each label.' })
  addresses(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly Address[]> {
    return context.load(addressesOf, customer.id);
  }

  @FieldResolver(() => Household, { nullable: true, description: 'The people they live and decide with.' })
  household(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<Household | null> {
    return context.byId(Household, customer.householdId);
  }

  @FieldResolver(() => ScoreMetric, {
    description: 'How much of what one should know of a customer is known, 0 to 1: the share of known parts in eight.',
  })
  profileCompleteness(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<ScoreMetric> {
    return profileCompleteness(customer, context);
  }

  @FieldResolver(() => DurationMetric, { description: 'How long we have known them.' })
  tenure(@Root() customer: Customer): DurationMetric {
    const explain = explanation('asOf - createdAt', { createdAt: customer.createdAt.toISOString() }, 1);
    return { seconds: (explain.asOf.getTime() - customer.createdAt.getTime()) / 1000, explain };
  }
}
