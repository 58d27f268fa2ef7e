import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { ACTIVITY_ORDERS, ActivityOrderBy } from '../activityList.js';
import { Activity, ActivityConnection } from '../entities/Activity.js';
import { Opportunity } from '../entities/Opportunity.js';
import { Product } from '../entities/Product.js';
import { StageChange } from '../entities/StageChange.js';
import { lastTouchedAtOf, stageHistoryOf } from '../loaders.js';

@Resolver(() => Opportunity)
export class OpportunityResolver {
  @FieldResolver(() => Product, { nullable: true, description: 'What they may buy.' })
  product(@Root() opportunity: Opportunity, @Ctx() context: RequestContext): Promise<Product | null> {
    return context.byId(Product, opportunity.productId);
  }

  @FieldResolver(() => [StageChange], {
    description: 'The stages that it went through, the first one first. At most 100.',
  })
  stageHistory(@Root() opportunity: Opportunity, @Ctx() context: RequestContext): Promise<readonly StageChange[]> {
    return context.load(stageHistoryOf, opportunity.id);
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When something was last heard of it: an activity, a change of stage, its opening.',
  })
  lastTouchedAt(@Root() opportunity: Opportunity, @Ctx() context: RequestContext): Promise<Date | null> {
    return context.load(lastTouchedAtOf, opportunity.id);
  }

  @FieldResolver(() => ActivityConnection, { description: 'What was done about it.' })
  activities(
    @Root() opportunity: Opportunity,
    @Arg('orderBy', () => ActivityOrderBy, { defaultValue: 'OCCURRED_AT_DESC', description: 'In which order.' })
    orderBy: ActivityOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Activity>> {
    return context.page(
      { entity: Activity, where: [], orderName: orderBy, order: ACTIVITY_ORDERS[orderBy], page },
      { column: 'opportunity_id', id: opportunity.id },
    );
  }
}
