import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Cost } from '../../kit/graph/Cost.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { CampaignPerformance, campaignPerformance } from '../CampaignPerformance.js';
import { Campaign } from '../entities/Campaign.js';
import { Exposure, ExposureConnection } from '../entities/Exposure.js';
import { Offer, OfferConnection } from '../entities/Offer.js';
import { EXPOSURE_ORDERS, ExposureOrderBy, ownExposureConditions, OwnExposureFilter } from '../exposureList.js';
import { campaignCountsOf } from '../loaders.js';
import { OFFER_ORDERS, OfferOrderBy } from '../offerList.js';

@Resolver(() => Campaign)
export class CampaignResolver {
  @FieldResolver(() => ExposureConnection, { description: 'Whom it reached, and its control group.' })
  exposures(
    @Root() campaign: Campaign,
    @Arg('filter', () => OwnExposureFilter, { nullable: true, description: 'Which.' })
    filter: OwnExposureFilter | null | undefined,
    @Arg('orderBy', () => ExposureOrderBy, { defaultValue: 'SENT_AT_DESC', description: 'In which order.' })
    orderBy: ExposureOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Exposure>> {
    return context.page(
      {
        entity: Exposure,
        where: ownExposureConditions(filter),
        orderName: orderBy,
        order: EXPOSURE_ORDERS[orderBy],
        page,
      },
      { column: 'campaign_id', id: campaign.id },
    );
  }

  @FieldResolver(() => OfferConnection, { description: 'The offers made in it.' })
  offers(
    @Root() campaign: Campaign,
    @Arg('orderBy', () => OfferOrderBy, { defaultValue: 'VALID_FROM_DESC', description: 'In which order.' })
    orderBy: OfferOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Offer>> {
    return context.page(
      { entity: Offer, where: [], orderName: orderBy, order: OFFER_ORDERS[orderBy], page },
      { column: 'campaign_id', id: campaign.id },
    );
  }

  @Cost(10)
  @FieldResolver(() => CampaignPerformance, { description: 'Whom it reached and what they did, from its exposures.' })
  async performance(@Root() campaign: Campaign, @Ctx() context: RequestContext): Promise<CampaignPerformance> {
    return campaignPerformance(await context.load(campaignCountsOf, campaign.id));
  }
}
