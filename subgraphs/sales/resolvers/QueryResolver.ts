import { Arg, Args, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { z } from 'zod';
import { Cost } from '../../kit/graph/Cost.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { CurrencyCode } from '../../kit/graph/Money.js';
import { ScoreMetric } from '../../kit/graph/metrics.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import { parseInput } from '../../kit/graph/parseInput.js';
import { checkFirst } from '../../kit/sql/readPages.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import {
  ACTIVITY_ORDERS,
  activityConditions,
  ActivityFilter,
  ActivityOrderBy,
  FollowUpFilter,
  NEXT_STEPS,
  overdueConditions,
} from '../activityList.js';
import { ActivityMix, busiestMixes } from '../activityMix.js';
import { salesCycleDays, winRate } from '../closeMetrics.js';
import { Activity, ActivityConnection } from '../entities/Activity.js';
import { Handover, HandoverConnection } from '../entities/Handover.js';
import { Lead, LeadConnection } from '../entities/Lead.js';
import { Opportunity, OpportunityConnection } from '../entities/Opportunity.js';
import { Order, OrderConnection } from '../entities/Order.js';
import { Product, ProductConnection } from '../entities/Product.js';
import { Forecast, forecast } from '../forecast.js';
import { handoverConditions, HandoverFilter, HANDOVERS } from '../handoverList.js';
import { LEAD_ORDERS, leadConditions, LeadFilter, LeadOrderBy } from '../leadList.js';
import {
  OPEN_OPPORTUNITY,
  OPPORTUNITY_ORDERS,
  opportunityConditions,
  OpportunityFilter,
  OpportunityOrderBy,
  StalledFilter,
  untouchedSince,
} from '../opportunityList.js';
import { ORDER_ORDERS, orderConditions, OrderFilter, OrderOrderBy } from '../orderList.js';
import { pipeline, PipelineFilter, PipelineStage } from '../pipeline.js';
import { SalesPeriod, salesPeriod } from '../SalesPeriod.js';
import { PRODUCT_ORDERS, productConditions, ProductFilter, ProductOrderBy } from '../productList.js';

/** For how many days nothing was heard. */
const stallDays = z.number().min(1, 'must be at least 1').max(3650, 'must be at most 3650');

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

  @Cost(5)
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

  @Query(() => Lead, { nullable: true, description: 'A lead by id; null when there is none.' })
  lead(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Lead | null> {
    return context.byId(Lead, id);
  }

  @Query(() => LeadConnection, { description: 'Leads, filtered and sorted.' })
  leads(
    @Arg('filter', () => LeadFilter, { nullable: true, description: 'Which.' })
    filter: LeadFilter | null | undefined,
    @Arg('orderBy', () => LeadOrderBy, { defaultValue: 'CAPTURED_AT_DESC', description: 'In which order.' })
    orderBy: LeadOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Lead>> {
    const where = leadConditions(filter);
    return context.page({ entity: Lead, where, orderName: orderBy, order: LEAD_ORDERS[orderBy], page });
  }

  @Query(() => ActivityConnection, {
    description: 'The activities whose next step is open and was due before now, the longest overdue first.',
  })
  overdueFollowUps(
    @Arg('filter', () => FollowUpFilter, { nullable: true, description: 'Which.' })
    filter: FollowUpFilter | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Activity>> {
    return context.page({ entity: Activity, ...NEXT_STEPS, where: overdueConditions(filter, new Date()), page });
  }

  @Query(() => OpportunityConnection, {
    description:
      'The open opportunities of which nothing was heard for some days, the oldest first: no activity, no change of stage, not opened since.',
  })
  stalledOpportunities(
    @Arg('days', () => Int, { defaultValue: 30, description: 'For how many days, 1 to 3650.' }) days: number,
    @Arg('filter', () => StalledFilter, { nullable: true, description: 'Which.' })
    filter: StalledFilter | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Opportunity>> {
    const since = new Date(Date.now() - parseInput(stallDays, days, 'days') * 86_400_000);
    const where = [OPEN_OPPORTUNITY, untouchedSince(since), ...opportunityConditions(filter)];
    const orderName = 'OPENED_AT_ASC';
    return context.page({ entity: Opportunity, where, orderName, order: OPPORTUNITY_ORDERS[orderName], page });
  }

  @Cost(50)
  @Query(() => Forecast, {
    description: 'What the opportunities that were decided in a period, or are expected to be, bring in.',
  })
  forecast(
    @Arg('period', () => SalesPeriod, { description: 'When.' }) period: SalesPeriod,
    @Arg('currency', () => CurrencyCode, { nullable: true, description: 'Only amounts in this currency.' })
    currency: string | null | undefined,
    @Arg('filter', () => PipelineFilter, { nullable: true, description: 'Whose, and of what.' })
    filter: PipelineFilter | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Forecast> {
    return forecast(context.database, parseInput(salesPeriod, period, 'period'), currency ?? null, filter);
  }

  @Cost(50)
  @Query(() => ScoreMetric, { description: 'The share of the opportunities closed in a period that were won, 0 to 1.' })
  winRate(
    @Arg('period', () => SalesPeriod, { description: 'When they were closed.' }) period: SalesPeriod,
    @Arg('filter', () => PipelineFilter, { nullable: true, description: 'Whose, and of what.' })
    filter: PipelineFilter | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<ScoreMetric> {
    return winRate(context.database, parseInput(salesPeriod, period, 'period'), filter);
  }

  @Cost(50)
  @Query(() => ScoreMetric, {
    description: 'How many days it took on average, from opening to close, to win the opportunities won in a period.',
  })
  salesCycleDays(
    @Arg('period', () => SalesPeriod, { description: 'When they were won.' }) period: SalesPeriod,
    @Arg('filter', () => PipelineFilter, { nullable: true, description: 'Whose, and of what.' })
    filter: PipelineFilter | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<ScoreMetric> {
    return salesCycleDays(context.database, parseInput(salesPeriod, period, 'period'), filter);
  }

  @Cost(5)
  @Query(() => [ActivityMix], {
    description: 'What each employee did in a period, by kind: those who did most, the busiest first.',
  })
  activityMix(
    @Arg('period', () => SalesPeriod, { description: 'When.' }) period: SalesPeriod,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many employees, 1 to 100.' }) first: number,
    @Ctx() context: RequestContext,
  ): Promise<ActivityMix[]> {
    checkFirst(first);
    return busiestMixes(context.database, parseInput(salesPeriod, period, 'period'), first);
  }

  @Query(() => Handover, { nullable: true, description: 'A hand-over by id; null when there is none.' })
  handover(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Handover | null> {
    return context.byId(Handover, id);
  }

  @Query(() => HandoverConnection, { description: 'Hand-overs, the newest first.' })
  handovers(
    @Arg('filter', () => HandoverFilter, { nullable: true, description: 'Which.' })
    filter: HandoverFilter | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Handover>> {
    return context.page({ entity: Handover, where: handoverConditions(filter), ...HANDOVERS, page });
  }
}
