import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Offer, OfferConnection } from '../entities/Offer.js';
import { Proposition } from '../entities/Proposition.js';
import { Segment } from '../entities/Segment.js';
import { OFFER_ORDERS, OfferOrderBy } from '../offerList.js';

@Resolver(() => Proposition)
export class PropositionResolver {
  @FieldResolver(() => Segment, { description: 'To the customers of which segment it is held out.' })
  segment(@Root() proposition: Proposition, @Ctx() context: RequestContext): Promise<Segment | null> {
    return context.byId(Segment, proposition.segmentId);
  }

  @FieldResolver(() => OfferConnection, { description: 'The offers made out of it.' })
  offers(
    @Root() proposition: Proposition,
    @Arg('orderBy', () => OfferOrderBy, { defaultValue: 'VALID_FROM_DESC', description: 'In which order.' })
    orderBy: OfferOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Offer>> {
    return context.page(
      { entity: Offer, where: [], orderName: orderBy, order: OFFER_ORDERS[orderBy], page },
      { column: 'proposition_id', id: proposition.id },
    );
  }
}
