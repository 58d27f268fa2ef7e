import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/Connection.js';
import { PageArguments } from '../../kit/PageArguments.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { Campaign } from '../entities/Campaign.js';
import { Exposure, ExposureConnection } from '../entities/Exposure.js';
import { EXPOSURE_ORDERS, ExposureOrderBy } from '../exposureList.js';

@Resolver(() => Campaign)
export class CampaignResolver {
  @FieldResolver(() => ExposureConnection, { description: 'Whom it reached, and its control group.' })
  exposures(
    @Root() campaign: Campaign,
    @Arg('orderBy', () => ExposureOrderBy, { defaultValue: 'SENT_AT_DESC', description: 'In which order.' })
    orderBy: ExposureOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Exposure>> {
    return context.page(
      { entity: Exposure, where: [], orderName: orderBy, order: EXPOSURE_ORDERS[orderBy], page },
      { column: 'campaign_id', id: campaign.id },
    );
  }
}
