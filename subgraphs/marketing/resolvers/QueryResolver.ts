import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Connection } from '../../kit/Connection.js';
import { PageArguments } from '../../kit/PageArguments.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { CAMPAIGN_ORDERS, campaignConditions, CampaignFilter, CampaignOrderBy } from '../campaignList.js';
import { CONSENT_ORDERS, consentConditions, ConsentFilter, ConsentOrderBy } from '../consentList.js';
import { Campaign, CampaignConnection } from '../entities/Campaign.js';
import { Consent, ConsentConnection } from '../entities/Consent.js';
import { Exposure, ExposureConnection } from '../entities/Exposure.js';
import { Segment, SegmentConnection } from '../entities/Segment.js';
import { Trait, TraitConnection } from '../entities/Trait.js';
import { EXPOSURE_ORDERS, exposureConditions, ExposureFilter, ExposureOrderBy } from '../exposureList.js';
import { SEGMENT_ORDERS, segmentConditions, SegmentFilter, SegmentOrderBy } from '../segmentList.js';
import { TRAIT_ORDERS, traitConditions, TraitFilter, TraitOrderBy } from '../traitList.js';

@Resolver()
export class QueryResolver {
  @Query(() => Segment, { nullable: true, description: 'A segment by id; null when there is none.' })
  segment(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Segment | null> {
    return context.byId(Segment, id);
  }

  @Query(() => SegmentConnection, { description: 'Segments, found by name and sorted.' })
  segments(
    @Arg('filter', () => SegmentFilter, { nullable: true, description: 'Which.' })
    filter: SegmentFilter | null | undefined,
    @Arg('orderBy', () => SegmentOrderBy, { defaultValue: 'NAME_ASC', description: 'In which order.' })
    orderBy: SegmentOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Segment>> {
    const where = segmentConditions(filter);
    return context.page({ entity: Segment, where, orderName: orderBy, order: SEGMENT_ORDERS[orderBy], page });
  }

  @Query(() => Trait, { nullable: true, description: 'A trait by id; null when there is none.' })
  trait(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Trait | null> {
    return context.byId(Trait, id);
  }

  @Query(() => TraitConnection, { description: 'Traits of all customers, filtered and sorted.' })
  traits(
    @Arg('filter', () => TraitFilter, { nullable: true, description: 'Which.' })
    filter: TraitFilter | null | undefined,
    @Arg('orderBy', () => TraitOrderBy, { defaultValue: 'OBSERVED_AT_DESC', description: 'In which order.' })
    orderBy: TraitOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Trait>> {
    const where = traitConditions(filter);
    return context.page({ entity: Trait, where, orderName: orderBy, order: TRAIT_ORDERS[orderBy], page });
  }

  @Query(() => Campaign, { nullable: true, description: 'A campaign by id; null when there is none.' })
  campaign(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Campaign | null> {
    return context.byId(Campaign, id);
  }

  @Query(() => CampaignConnection, { description: 'Campaigns, filtered and sorted.' })
  campaigns(
    @Arg('filter', () => CampaignFilter, { nullable: true, description: 'Which.' })
    filter: CampaignFilter | null | undefined,
    @Arg('orderBy', () => CampaignOrderBy, { defaultValue: 'STARTS_AT_DESC', description: 'In which order.' })
    orderBy: CampaignOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Campaign>> {
    const where = campaignConditions(filter);
    return context.page({ entity: Campaign, where, orderName: orderBy, order: CAMPAIGN_ORDERS[orderBy], page });
  }

  @Query(() => Exposure, { nullable: true, description: 'An exposure by id; null when there is none.' })
  exposure(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Exposure | null> {
    return context.byId(Exposure, id);
  }

  @Query(() => ExposureConnection, { description: 'Exposures of all customers, filtered and sorted.' })
  exposures(
    @Arg('filter', () => ExposureFilter, { nullable: true, description: 'Which.' })
    filter: ExposureFilter | null | undefined,
    @Arg('orderBy', () => ExposureOrderBy, { defaultValue: 'SENT_AT_DESC', description: 'In which order.' })
    orderBy: ExposureOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Exposure>> {
    const where = exposureConditions(filter);
    return context.page({ entity: Exposure, where, orderName: orderBy, order: EXPOSURE_ORDERS[orderBy], page });
  }

  @Query(() => Consent, { nullable: true, description: 'A ledger entry by id; null when there is none.' })
  consent(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Consent | null> {
    return context.byId(Consent, id);
  }

  @Query(() => ConsentConnection, { description: 'The consent ledger of all customers, filtered and sorted.' })
  consents(
    @Arg('filter', () => ConsentFilter, { nullable: true, description: 'Which.' })
    filter: ConsentFilter | null | undefined,
    @Arg('orderBy', () => ConsentOrderBy, { defaultValue: 'AT_DESC', description: 'In which order.' })
    orderBy: ConsentOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Consent>> {
    const where = consentConditions(filter);
    return context.page({ entity: Consent, where, orderName: orderBy, order: CONSENT_ORDERS[orderBy], page });
  }
}
