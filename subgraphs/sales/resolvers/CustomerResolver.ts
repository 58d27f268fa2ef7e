import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { CountMetric, MoneyMetric } from '../../kit/graph/metrics.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { ACTIVITY_ORDERS, activityConditions, ActivityOrderBy, NEXT_STEPS } from '../activityList.js';
import { Activity, ActivityConnection, ActivityKind } from '../entities/Activity.js';
import { CategorySpend } from '../entities/CategorySpend.js';
import { Customer } from '../entities/Customer.js';
import { Employee } from '../entities/Employee.js';
import { Lead, LeadConnection } from '../entities/Lead.js';
import { Opportunity, OpportunityConnection } from '../entities/Opportunity.js';
import { Order, OrderConnection, OrderStatus } from '../entities/Order.js';
import { GrossMarginMetric, grossMargin } from '../grossMargin.js';
import { LEAD_ORDERS, leadConditions, LeadOrderBy } from '../leadList.js';
import { LeadStatus } from '../leadStatus.js';
import { LifecycleMetric, lifecycleStage } from '../lifecycle.js';
import { accountOwnerOf, lifecycleEventsOf, marginTotalsOf, orderTotalsOf, walletsOf } from '../loaders.js';
import { OPPORTUNITY_ORDERS, opportunityConditions, OpportunityOrderBy } from '../opportunityList.js';
import { OpportunityStage } from '../opportunityStages.js';
import { ORDER_ORDERS, orderConditions, OrderOrderBy } from '../orderList.js';
import { ShareOfWalletMetric, shareOfWallet } from '../shareOfWallet.js';
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

  @FieldResolver(() => LifecycleMetric, {
    nullable: true,
    description: 'How far the relation with them has come, and how it came there.',
  })
  async lifecycleStage(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<LifecycleMetric> {
    return lifecycleStage(await context.load(lifecycleEventsOf, customer.id));
  }

  @FieldResolver(() => LeadConnection, { nullable: true, description: 'The interest that they showed.' })
  leads(
    @Root() customer: Customer,
    @Arg('status', () => LeadStatus, { nullable: true, description: 'Only those in this state.' })
    status: LeadStatus | null | undefined,
    @Arg('orderBy', () => LeadOrderBy, { defaultValue: 'CAPTURED_AT_DESC', description: 'In which order.' })
    orderBy: LeadOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Lead>> {
    const where = leadConditions({ status: status ?? null });
    return context.page(
      { entity: Lead, where, orderName: orderBy, order: LEAD_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
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

  @FieldResolver(() => GrossMarginMetric, {
    nullable: true,
    description: 'What was earned on their orders that are not cancelled, as far as the costs are known.',
  })
  async grossMargin(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<GrossMarginMetric> {
    return grossMargin(await context.load(marginTotalsOf, customer.id));
  }

  @FieldResolver(() => [CategorySpend], {
    nullable: true,
    description:
      'What they spend on what we sell, with us and with all others, the latest year first, as sales entered it. At most 100.',
  })
  async categorySpend(
    @Root() customer: Customer,
    @Arg('year', () => Int, { nullable: true, description: 'Only that of this calendar year.' })
    year: number | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<CategorySpend[]> {
    const wallets = await context.load(walletsOf, customer.id);
    return wallets.map(({ spend }) => spend).filter((spend) => typeof year !== 'number' || spend.year === year);
  }

  @FieldResolver(() => ShareOfWalletMetric, {
    nullable: true,
    description: 'How much of what they spend on what we sell comes to us.',
  })
  async shareOfWallet(
    @Root() customer: Customer,
    @Arg('year', () => Int, {
      nullable: true,
      description: 'In which calendar year; the latest of which the category spend is known when left out.',
    })
    year: number | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<ShareOfWalletMetric> {
    return shareOfWallet(await context.load(walletsOf, customer.id), year ?? null);
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
