import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Campaign } from '../entities/Campaign.js';
import { Offer } from '../entities/Offer.js';
import { Proposition } from '../entities/Proposition.js';

@Resolver(() => Offer)
export class OfferResolver {
  @FieldResolver(() => Proposition, { nullable: true, description: 'The proposition out of which it is made, if any.' })
  proposition(@Root() offer: Offer, @Ctx() context: RequestContext): Promise<Proposition | null> {
    return context.byId(Proposition, offer.propositionId);
  }

  @FieldResolver(() => Campaign, { nullable: true, description: 'The campaign in which it is made, if any.' })
  campaign(@Root() offer: Offer, @Ctx() context: RequestContext): Promise<Campaign | null> {
    return context.byId(Campaign, offer.campaignId);
  }
}
