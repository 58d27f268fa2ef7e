import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Journey } from '../entities/Journey.js';
import { Touchpoint, TouchpointConnection } from '../entities/Touchpoint.js';
import { TOUCHPOINT_ORDERS, TouchpointOrderBy } from '../touchpointList.js';

@Resolver(() => Journey)
export class JourneyResolver {
  @FieldResolver(() => TouchpointConnection, { description: 'What happened on it, across channels and departments.' })
  touchpoints(
    @Root() journey: Journey,
    @Arg('orderBy', () => TouchpointOrderBy, { defaultValue: 'OCCURRED_AT_ASC', description: 'In which order.' })
    orderBy: TouchpointOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Touchpoint>> {
    return context.page(
      { entity: Touchpoint, where: [], orderName: orderBy, order: TOUCHPOINT_ORDERS[orderBy], page },
      { column: 'journey_id', id: journey.id },
    );
  }
}
