import { Arg, Args, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { maskPhone } from '../../kit/guard/maskPhone.js';
import { Masked } from '../../kit/graph/Masked.js';
import { maskEmail } from '../../kit/guard/maskEmail.js';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { DurationMetric, explanation, ScoreMetric } from '../../kit/graph/metrics.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Address } from '../entities/Address.js';
import { Customer } from '../entities/Customer.js';
import { ExternalId } from '../entities/ExternalId.js';
import { Household } from '../entities/Household.js';
import { Membership, MembershipConnection } from '../entities/Membership.js';
import { Preference } from '../entities/Preference.js';
import { MEMBERSHIP_ORDERS, membershipConditions, MembershipOrderBy } from '../groupLists.js';
import { addressesOf, externalIdsOf, identifiersOf, mergedIdsOf, preferencesOf } from '../loaders.js';
import { profileCompleteness } from '../profileCompleteness.js';

/** The arguments that the lists of memberships of a customer share. */
const Current = () =>
  Arg('current', () => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Those that last, or with false those that have ended; null for both.',
  });
const Order = () =>
  Arg('orderBy', () => MembershipOrderBy, { defaultValue: 'SINCE_DESC', description: 'In which order.' });

@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => [ID], {
    description:
      'The ids of those who were merged into this customer, the first first. Each stays good in place of `id`.',
  })
  async mergedIds(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly string[]> {
    return context.aliases.any ? context.load(mergedIdsOf, customer.id) : [];
  }

  @Masked(maskEmail)
  @FieldResolver(() => [String], { description: 'Email addresses, lower case, the first to use first. At most 20.' })
  async emails(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly string[]> {
    return (await context.load(identifiersOf, customer.id)).emails;
  }

  @Masked(maskPhone)
  @FieldResolver(() => [String], { description: 'Phone numbers, E.164, the first to use first. At most 20.' })
  async phones(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly string[]> {
    return (await context.load(identifiersOf, customer.id)).phones;
  }

  @FieldResolver(() => [ExternalId], { description: 'Ids in other systems. At most 20.' })
  externalIds(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly ExternalId[]> {
    return context.load(externalIdsOf, customer.id);
  }

  @RequiresScopes(SCOPES.readPersonalData)
  @FieldResolver(() => [Address], { nullable: true, description: 'Postal addresses, one for each label. At most 10.' })
  addresses(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly Address[]> {
    return context.load(addressesOf, customer.id);
  }

  @FieldResolver(() => Household, { nullable: true, description: 'The people they live and decide with.' })
  household(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<Household | null> {
    return context.byId(Household, customer.householdId);
  }

  @RequiresScopes(SCOPES.readPersonalData)
  @FieldResolver(() => [Preference], { nullable: true, description: 'How they like things, by label. At most 50.' })
  preferences(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<readonly Preference[]> {
    return context.load(preferencesOf, customer.id);
  }

  @FieldResolver(() => MembershipConnection, {
    description: 'The organizations that they belong to. Empty for an organization.',
  })
  organizations(
    @Root() customer: Customer,
    @Current() current: boolean | null | undefined,
    @Order() orderBy: MembershipOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Membership>> {
    const where = membershipConditions({ current: current ?? null });
    return context.page(
      { entity: Membership, where, orderName: orderBy, order: MEMBERSHIP_ORDERS[orderBy], page },
      { column: 'person_id', id: customer.id },
    );
  }

  @FieldResolver(() => MembershipConnection, { description: 'Who belongs to the organization. Empty for a person.' })
  members(
    @Root() customer: Customer,
    @Current() current: boolean | null | undefined,
    @Order() orderBy: MembershipOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Membership>> {
    const where = membershipConditions({ current: current ?? null });
    return context.page(
      { entity: Membership, where, orderName: orderBy, order: MEMBERSHIP_ORDERS[orderBy], page },
      { column: 'organization_id', id: customer.id },
    );
  }

  @FieldResolver(() => ScoreMetric, {
    nullable: true,
    description: 'How much of what one should know of a customer is known, 0 to 1: the share of known parts in eight.',
  })
  profileCompleteness(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<ScoreMetric> {
    return profileCompleteness(customer, context);
  }

  @FieldResolver(() => DurationMetric, { nullable: true, description: 'How long we have known them.' })
  tenure(@Root() customer: Customer): DurationMetric {
    const explain = explanation('asOf - createdAt', { createdAt: customer.createdAt.toISOString() }, 1);
    return { seconds: (explain.asOf.getTime() - customer.createdAt.getTime()) / 1000, explain };
  }
}
