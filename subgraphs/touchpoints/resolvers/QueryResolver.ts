import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Journey, JourneyConnection } from '../entities/Journey.js';
import { Touchpoint, TouchpointConnection } from '../entities/Touchpoint.js';
import { JOURNEY_ORDERS, journeyConditions, JourneyFilter, JourneyOrderBy } from '../journeyList.js';
import { touchpointConditions, TouchpointFilter, touchpointOrder, TouchpointOrderBy } from '../touchpointList.js';

@Resolver()
export class QueryResolver {
  @Query(() => Touchpoint, { nullable: true, description: 'A touchpoint by id; null when there is none.' })
  touchpoint(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Touchpoint | null> {
    return context.byId(Touchpoint, id);
  }

  @Query(() => TouchpointConnection, { description: 'Touchpoints of all customers, filtered and sorted.' })
  touchpoints(
    @Arg('filter', () => TouchpointFilter, { nullable: true, description: 'Which.' })
    filter: TouchpointFilter | null | undefined,
    @Arg('orderBy', () => TouchpointOrderBy, { defaultValue: 'OCCURRED_AT_DESC', description: 'In which order.' })
    orderBy: TouchpointOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Touchpoint>> {
    const where = touchpointConditions(filter);
    const order = touchpointOrder(orderBy, filter);
    return context.page({ entity: Touchpoint, where, orderName: orderBy, order, page });
  }

  @Query(() => Journey, { nullable: true, description: 'A journey by id; null when there is none.' })
  journey(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Journey | null> {
    return context.byId(Journey, id);
  }

  @Query(() => JourneyConnection, { description: 'Journeys of all customers, filtered and sorted.' })
  journeys(
    @Arg('filter', () => JourneyFilter, { nullable: true, description: 'Which.' })
    filter: JourneyFilter | null | undefined,
    @Arg('orderBy', () => JourneyOrderBy, { defaultValue: 'LAST_TOUCH_AT_DESC', description: 'In which order.' })
    orderBy: JourneyOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Journey>> {
    const where = journeyConditions(filter);
    return context.page({ entity: Journey, where, orderName: orderBy, order: JOURNEY_ORDERS[orderBy], page });
  }
}
