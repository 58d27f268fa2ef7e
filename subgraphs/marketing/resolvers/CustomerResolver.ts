import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Channel } from '../../kit/graph/Channel.js';
import { ReadableAfterWithdrawal } from '../../kit/guard/ReadableAfterWithdrawal.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { CountMetric, ScoreMetric } from '../../kit/graph/metrics.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { CONSENT_ORDERS } from '../consentList.js';
import { consentPurpose, isWithdrawn } from '../consentWithdrawn.js';
import { customerConsents } from '../customerConsents.js';
import { Consent, ConsentConnection, ConsentPurpose } from '../entities/Consent.js';
import { Customer } from '../entities/Customer.js';
import { Exposure, ExposureConnection } from '../entities/Exposure.js';
import { SegmentMembership, SegmentMembershipConnection } from '../entities/SegmentMembership.js';
import { Trait, TraitConnection } from '../entities/Trait.js';
import { EXPOSURE_ORDERS, ExposureOrderBy, ownExposureConditions, OwnExposureFilter } from '../exposureList.js';
import { exposureCount, responseRate } from '../exposureMetrics.js';
import { exposureCountsOf, isErased } from '../loaders.js';
import { ContactPermission, ERASED, mayContact } from '../mayContact.js';
import { SEGMENT_MEMBERSHIP_ORDERS, SegmentMembershipOrderBy } from '../segmentList.js';
import { CustomerTraitFilter, customerTraitConditions, TRAIT_ORDERS, TraitOrderBy } from '../traitList.js';

/** The column that holds the customer in every list of theirs. */
const ofCustomer = ({ id }: Customer) => ({ column: 'customer_id', id });

@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => SegmentMembershipConnection, {
    nullable: true,
    description: 'The segments to which they belong, and since when.',
  })
  segments(
    @Root() customer: Customer,
    @Arg('orderBy', () => SegmentMembershipOrderBy, { defaultValue: 'SINCE_DESC', description: 'In which order.' })
    orderBy: SegmentMembershipOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<SegmentMembership>> {
    const order = SEGMENT_MEMBERSHIP_ORDERS[orderBy];
    return context.page(
      { entity: SegmentMembership, where: [], orderName: orderBy, order, page },
      ofCustomer(customer),
    );
  }

  @FieldResolver(() => TraitConnection, {
    nullable: true,
    description: 'What has been observed of them: the latest value of each name from each source.',
  })
  traits(
    @Root() customer: Customer,
    @Arg('filter', () => CustomerTraitFilter, { nullable: true, description: 'Which.' })
    filter: CustomerTraitFilter | null | undefined,
    @Arg('orderBy', () => TraitOrderBy, { defaultValue: 'OBSERVED_AT_DESC', description: 'In which order.' })
    orderBy: TraitOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Trait>> {
    const where = customerTraitConditions(filter);
    const order = TRAIT_ORDERS[orderBy];
    return context.page({ entity: Trait, where, orderName: orderBy, order, page }, ofCustomer(customer));
  }

  @FieldResolver(() => ExposureConnection, {
    nullable: true,
    description: 'What campaigns have sent them, and those that left them out as one of the control group.',
  })
  exposures(
    @Root() customer: Customer,
    @Arg('filter', () => OwnExposureFilter, { nullable: true, description: 'Which.' })
    filter: OwnExposureFilter | null | undefined,
    @Arg('orderBy', () => ExposureOrderBy, { defaultValue: 'SENT_AT_DESC', description: 'In which order.' })
    orderBy: ExposureOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Exposure>> {
    const order = EXPOSURE_ORDERS[orderBy];
    const where = ownExposureConditions(filter);
    return context.page({ entity: Exposure, where, orderName: orderBy, order, page }, ofCustomer(customer));
  }

  @ReadableAfterWithdrawal()
  @FieldResolver(() => [Consent], {
    nullable: true,
    description:
      `What holds: for each purpose and channel the latest entry of the ledger, at most 60, by purpose, the one
for all channels first. To know whether a channel may be used for a purpose, ask
mayContact: it looks for the entry for just that channel, else for the one for all channels (channel null); it may when that is GRANTED. No entry means no. A withdrawal for all channels
ends the grants for single channels before it, which are left out here; a grant for all channels leaves a withdrawal for a
single channel standing.`.replaceAll('\n', ' '),
  })
  consents(
    @Root() customer: Customer,
    @Arg('asOf', () => DateTime, {
      nullable: true,
      description: 'What held at that moment, which must not be in the future. Default: now.',
    })
    asOf: Date | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Consent[]> {
    return customerConsents(context, customer.id, asOf ?? null);
  }

  @ReadableAfterWithdrawal()
  @FieldResolver(() => ContactPermission, {
    nullable: true,
    description:
      'Whether they may be contacted for a purpose on a channel, and why: the entry of the ledger for just that channel decides, else the one for all channels; no entry means no.',
  })
  async mayContact(
    @Root() customer: Customer,
    @Arg('purpose', () => ConsentPurpose, { description: 'What for.' }) purpose: ConsentPurpose,
    @Arg('channel', () => Channel, { description: 'By which channel.' }) channel: Channel,
    @Arg('asOf', () => DateTime, {
      nullable: true,
      description: 'Whether they might have been at that moment, which must not be in the future. Default: now.',
    })
    asOf: Date | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<ContactPermission> {
    const standing = await customerConsents(context, customer.id, asOf ?? null);
    // What they agreed to once can still be looked up.
    if (!asOf && (await context.load(isErased, customer.id))) return ERASED;
    return mayContact(standing, purpose, channel);
  }

  @ReadableAfterWithdrawal()
  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Whether they withdrew their consent to a purpose: they said no, for all channels or for some, and no yes stands for any. Who never said anything has not withdrawn. A read for that purpose (`x-purpose`) then gives nothing of theirs.',
  })
  async consentWithdrawn(
    @Root() customer: Customer,
    @Arg('purpose', () => String, {
      description:
        'The purpose, as `x-purpose` names it: a value of ConsentPurpose in lower case, `-` or `_` between words.',
    })
    purpose: string,
    @Ctx() context: RequestContext,
  ): Promise<boolean> {
    return isWithdrawn(await customerConsents(context, customer.id, null), consentPurpose(purpose));
  }

  @ReadableAfterWithdrawal()
  @FieldResolver(() => ConsentConnection, {
    nullable: true,
    description: 'All that they ever said to a purpose, the newest first.',
  })
  consentHistory(
    @Root() customer: Customer,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Consent>> {
    return context.page(
      { entity: Consent, where: [], orderName: 'AT_DESC', order: CONSENT_ORDERS.AT_DESC, page },
      ofCustomer(customer),
    );
  }

  @FieldResolver(() => CountMetric, {
    nullable: true,
    description:
      'How often campaigns sent them something: exposures without those in which they were the control group.',
  })
  async exposureCount(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<CountMetric> {
    return exposureCount(await context.load(exposureCountsOf, customer.id));
  }

  @FieldResolver(() => ScoreMetric, {
    nullable: true,
    description:
      'How much of what they were sent they responded to, 0 to 1: responded / sent, the control group left out. Its value is null when nothing was sent.',
  })
  async responseRate(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<ScoreMetric> {
    return responseRate(await context.load(exposureCountsOf, customer.id));
  }
}
