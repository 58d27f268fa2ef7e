import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Campaign } from '../entities/Campaign.js';
import { Customer, customerStub } from '../entities/Customer.js';
import { Exposure } from '../entities/Exposure.js';

@Resolver(() => Exposure)
export class ExposureResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'Whom the campaign reached, or left out.' })
  customer(@Root() exposure: Exposure): Customer | null {
    return customerStub(exposure.customerId);
  }

  @FieldResolver(() => Campaign, { description: 'The campaign.' })
  campaign(@Root() exposure: Exposure, @Ctx() context: RequestContext): Promise<Campaign | null> {
    return context.byId(Campaign, exposure.campaignId);
  }
}
