import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/Connection.js';
import { DateTime } from '../../kit/DateTime.js';
import { CountMetric, MoneyMetric } from '../../kit/metrics.js';
import { PageArguments } from '../../kit/PageArguments.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { ACTIVITY_ORDERS, activityConditions, ActivityOrderBy, NEXT_STEPS } from '../activityList.js';
import { Activity, ActivityConnection, ActivityKind } from '../entities/Activity.js';
import { Customer } from '../entities/Customer.js';
import { Employee } from '../entities/Employee.js';
import { Opportunity, OpportunityConnection } from '../entities/Opportunity.js';
import { Order, OrderConnection, OrderStatus } from '../entities/Order.js';
import { accountOwnerOf, orderTotalsOf } from '../loaders.js';
import { OPPORTUNITY_ORDERS, opportunityConditions, OpportunityOrderBy } from '../opportunityList.js';
import { OpportunityStage } from '../opportunityStages.js';
import { ORDER_ORDERS, orderConditions, OrderOrderBy } from '../orderList.js';
import { averageOrderValue, firstOrderAt, lastOrderAt, lifetimeValue, orderCount } from '../orderMetrics.js';

/** What sales adds to the customer. All of it is nullable: without sales the rest of the customer must stand. */
@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => Employee, {
    nullable: true,
    description: 'The salesperson who looks after them; null when nobody does.',
  })
  async owner(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<Employee | null> {
    const ownerId = await context.load(accountOwnerOf, customer.id);
    return ownerId === null ? null : new Employee(ownerId);
  }

  @FieldResolver(() => OrderConnection, { nullable: true, description: 'What they bought.' })
  orders(
    @Root() customer: Customer,
    @Arg('status', () => OrderStatus, { nullable: true, description: 'Only those in this state.' })
    status: OrderStatus | null | undefined,
    @Arg('orderBy', () => OrderOrderBy, { defaultValue: 'PLACED_AT_DESC', description: 'In which order.' })
    orderBy: OrderOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Order>> {
    const where = orderConditions({ status: status ?? null });
    return context.page(
      { entity: Order, where, orderName: orderBy, order: ORDER_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => OpportunityConnection, {
    nullable: true,
    description: 'What they may buy, or might have bought.',
  })
  opportunities(
    @Root() customer: Customer,
    @Arg('stage', () => OpportunityStage, { nullable: true, description: 'Only those in this stage.' })
    stage: OpportunityStage | null | undefined,
    @Arg('orderBy', () => OpportunityOrderBy, { defaultValue: 'OPENED_AT_DESC', description: 'In which order.' })
    orderBy: OpportunityOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Opportunity>> {
    const where = opportunityConditions({ stage: stage ?? null });
    return context.page(
      { entity: Opportunity, where, orderName: orderBy, order: OPPORTUNITY_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => ActivityConnection, {
    nullable: true,
    description: 'What our salespeople did for and with them.',
  })
  activities(
    @Root() customer: Customer,
    @Arg('kind', () => ActivityKind, { nullable: true, description: 'Only those of this kind.' })
    kind: ActivityKind | null | undefined,
    @Arg('orderBy', () => ActivityOrderBy, { defaultValue: 'OCCURRED_AT_DESC', description: 'In which order.' })
    orderBy: ActivityOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Activity>> {
    const where = activityConditions({ kind: kind ?? null });
    return context.page(
      { entity: Activity, where, orderName: orderBy, order: ACTIVITY_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => ActivityConnection, {
    nullable: true,
    description: 'The activities whose next step is still open, the one that is due first in front.',
  })
  nextSteps(
    @Root() customer: Customer,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Activity>> {
    return context.page({ entity: Activity, ...NEXT_STEPS, page }, { column: 'customer_id', id: customer.id });
  }

  @FieldResolver(() => MoneyMetric, {
    nullable: true,
    description: 'Revenue to date: the sum of their orders that are not cancelled.',
  })
  async lifetimeValue(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<MoneyMetric> {
    return lifetimeValue(await context.load(orderTotalsOf, customer.id));
  }

  @FieldResolver(() => MoneyMetric, {
    nullable: true,
    description: 'The mean of their orders that are not cancelled, rounded half up to 4 decimals.',
  })
  async averageOrderValue(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<MoneyMetric> {
    return averageOrderValue(await context.load(orderTotalsOf, customer.id));
  }

  @FieldResolver(() => CountMetric, { nullable: true, description: 'How many of their orders are not cancelled.' })
  async orderCount(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<CountMetric> {
    return orderCount(await context.load(orderTotalsOf, customer.id));
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When they first ordered, cancelled orders left out; null when they never did.',
  })
  async firstOrderAt(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<Date | null> {
    return firstOrderAt(await context.load(orderTotalsOf, customer.id));
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When they last ordered, cancelled orders left out; null when they never did.',
  })
  async lastOrderAt(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<Date | null> {
    return lastOrderAt(await context.load(orderTotalsOf, customer.id));
  }
}
