import { Arg, Args, Ctx, Field, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { Cost } from '../../kit/graph/Cost.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import { parseInput } from '../../kit/graph/parseInput.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { CAMPAIGN_ORDERS, campaignConditions, CampaignFilter, CampaignOrderBy } from '../campaignList.js';
import { CONSENT_ORDERS, consentConditions, ConsentFilter, ConsentOrderBy } from '../consentList.js';
import { Campaign, CampaignConnection } from '../entities/Campaign.js';
import { Consent, ConsentConnection } from '../entities/Consent.js';
import { Exposure, ExposureConnection } from '../entities/Exposure.js';
import { Offer, OfferConnection } from '../entities/Offer.js';
import { Proposition, PropositionConnection } from '../entities/Proposition.js';
import { Segment, SegmentConnection } from '../entities/Segment.js';
import { Trait, TraitConnection } from '../entities/Trait.js';
import { EXPOSURE_ORDERS, exposureConditions, ExposureFilter, ExposureOrderBy } from '../exposureList.js';
import { OFFER_ORDERS, offerConditions, OfferFilter, OfferOrderBy } from '../offerList.js';
import {
  PROPOSITION_ORDERS,
  propositionConditions,
  PropositionFilter,
  PropositionOrderBy,
} from '../propositionList.js';
import { SEGMENT_ORDERS, segmentConditions, SegmentFilter, SegmentOrderBy } from '../segmentList.js';
import { countChosen } from '../segmentMembers.js';
import { segmentRule } from '../segmentRule.js';
import { SegmentRuleInput } from '../SegmentRuleInput.js';
import { TRAIT_ORDERS, traitConditions, TraitFilter, TraitOrderBy } from '../traitList.js';

@ObjectType({ description: 'What a rule would choose.', simpleResolvers: true })
class SegmentPreview {
  @Field(() => Int, { description: 'How many customers it chooses now.' })
  count: number;
}

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

  @Cost(50)
  @Query(() => SegmentPreview, {
    description:
      'How many customers a rule would choose now, without a segment being made. It looks at all customers of whom marketing knows anything: ask it where a person waits, not in a loop.',
  })
  async previewSegment(
    @Arg('rule', () => SegmentRuleInput, { description: 'The rule.' }) rule: SegmentRuleInput,
    @Ctx() context: RequestContext,
  ): Promise<SegmentPreview> {
    return { count: await countChosen(context.database, parseInput(segmentRule, rule, 'rule')) };
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

  @Query(() => Proposition, { nullable: true, description: 'A proposition by id; null when there is none.' })
  proposition(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Proposition | null> {
    return context.byId(Proposition, id);
  }

  @Query(() => PropositionConnection, { description: 'Propositions, filtered and sorted.' })
  propositions(
    @Arg('filter', () => PropositionFilter, { nullable: true, description: 'Which.' })
    filter: PropositionFilter | null | undefined,
    @Arg('orderBy', () => PropositionOrderBy, { defaultValue: 'NAME_ASC', description: 'In which order.' })
    orderBy: PropositionOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Proposition>> {
    const where = propositionConditions(filter);
    return context.page({ entity: Proposition, where, orderName: orderBy, order: PROPOSITION_ORDERS[orderBy], page });
  }

  @Query(() => Offer, { nullable: true, description: 'An offer by id; null when there is none.' })
  offer(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Offer | null> {
    return context.byId(Offer, id);
  }

  @Query(() => OfferConnection, { description: 'Offers, filtered and sorted.' })
  offers(
    @Arg('filter', () => OfferFilter, { nullable: true, description: 'Which.' })
    filter: OfferFilter | null | undefined,
    @Arg('orderBy', () => OfferOrderBy, { defaultValue: 'VALID_FROM_DESC', description: 'In which order.' })
    orderBy: OfferOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Offer>> {
    const where = offerConditions(filter);
    return context.page({ entity: Offer, where, orderName: orderBy, order: OFFER_ORDERS[orderBy], page });
  }
}
