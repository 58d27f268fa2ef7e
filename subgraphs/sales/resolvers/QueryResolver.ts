import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Connection } from '../../kit/Connection.js';
import { PageArguments } from '../../kit/PageArguments.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { ACTIVITY_ORDERS, activityConditions, ActivityFilter, ActivityOrderBy } from '../activityList.js';
import { Activity, ActivityConnection } from '../entities/Activity.js';
import { Opportunity, OpportunityConnection } from '../entities/Opportunity.js';
import { Order, OrderConnection } from '../entities/Order.js';
import { Product, ProductConnection } from '../entities/Product.js';
import {
  OPPORTUNITY_ORDERS,
  opportunityConditions,
  OpportunityFilter,
  OpportunityOrderBy,
} from '../opportunityList.js';
import { ORDER_ORDERS, orderConditions, OrderFilter, OrderOrderBy } from '../orderList.js';
import { pipeline, PipelineFilter, PipelineStage } from '../pipeline.js';
import { PRODUCT_ORDERS, productConditions, ProductFilter, ProductOrderBy } from '../productList.js';

@Resolver()
export class QueryResolver {
  @Query(() => Product, { nullable: true, description: 'A product by id; null when there is none.' })
  product(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Product | null> {
    return context.byId(Product, id);
  }

  @Query(() => ProductConnection, { description: 'Products, filtered and sorted.' })
  products(
    @Arg('filter', () => ProductFilter, { nullable: true, description: 'Which.' })
    filter: ProductFilter | null | undefined,
    @Arg('orderBy', () => ProductOrderBy, { defaultValue: 'NAME_ASC', description: 'In which order.' })
    orderBy: ProductOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Product>> {
    const where = productConditions(filter);
    return context.page({ entity: Product, where, orderName: orderBy, order: PRODUCT_ORDERS[orderBy], page });
  }

  @Query(() => Opportunity, { nullable: true, description: 'An opportunity by id; null when there is none.' })
  opportunity(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Opportunity | null> {
    return context.byId(Opportunity, id);
  }

  @Query(() => OpportunityConnection, { description: 'Opportunities, filtered and sorted.' })
  opportunities(
    @Arg('filter', () => OpportunityFilter, { nullable: true, description: 'Which.' })
    filter: OpportunityFilter | null | undefined,
    @Arg('orderBy', () => OpportunityOrderBy, { defaultValue: 'OPENED_AT_DESC', description: 'In which order.' })
    orderBy: OpportunityOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Opportunity>> {
    const where = opportunityConditions(filter);
    return context.page({ entity: Opportunity, where, orderName: orderBy, order: OPPORTUNITY_ORDERS[orderBy], page });
  }

  @Query(() => Order, { nullable: true, description: 'An order by id; null when there is none.' })
  order(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Order | null> {
    return context.byId(Order, id);
  }

  @Query(() => OrderConnection, { description: 'Orders, filtered and sorted.' })
  orders(
    @Arg('filter', () => OrderFilter, { nullable: true, description: 'Which.' })
    filter: OrderFilter | null | undefined,
    @Arg('orderBy', () => OrderOrderBy, { defaultValue: 'PLACED_AT_DESC', description: 'In which order.' })
    orderBy: OrderOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Order>> {
    const where = orderConditions(filter);
    return context.page({ entity: Order, where, orderName: orderBy, order: ORDER_ORDERS[orderBy], page });
  }

  @Query(() => Activity, { nullable: true, description: 'An activity by id; null when there is none.' })
  activity(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Activity | null> {
    return context.byId(Activity, id);
  }

  @Query(() => ActivityConnection, { description: 'Activities, filtered and sorted.' })
  activities(
    @Arg('filter', () => ActivityFilter, { nullable: true, description: 'Which.' })
    filter: ActivityFilter | null | undefined,
    @Arg('orderBy', () => ActivityOrderBy, { defaultValue: 'OCCURRED_AT_DESC', description: 'In which order.' })
    orderBy: ActivityOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Activity>> {
    const where = activityConditions(filter);
    return context.page({ entity: Activity, where, orderName: orderBy, order: ACTIVITY_ORDERS[orderBy], page });
  }

  @Query(() => [PipelineStage], {
    description: 'What stands in each stage, all seven in their order, the empty ones too. The amounts are exact.',
  })
  pipeline(
    @Arg('filter', () => PipelineFilter, { nullable: true, description: 'Whose, and of what.' })
    filter: PipelineFilter | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<PipelineStage[]> {
    return pipeline(context.database, filter);
  }
}
