import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { CountMetric } from '../../kit/graph/metrics.js';
import { PageArguments, pageWindow, TwoWayPageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { ChannelMix, channelMix, touchpointCount } from '../channelMix.js';
import { Customer } from '../entities/Customer.js';
import { Journey, JourneyConnection, JourneyStatus } from '../entities/Journey.js';
import { Direction, Touchpoint, TouchpointConnection } from '../entities/Touchpoint.js';
import { JOURNEY_ORDERS, journeyConditions, JourneyOrderBy } from '../journeyList.js';
import { channelTalliesOf, lastContactOf, tallyKey } from '../loaders.js';
import { checkPeriod, Period } from '../period.js';
import { timelineConditions, TimelineFilter, TOUCHPOINT_ORDERS } from '../touchpointList.js';

/** What touchpoints adds to the customer. All of it is nullable: without touchpoints the rest of the customer must stand. */
@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => TouchpointConnection, {
    nullable: true,
    description:
      'What happened between them and us, through every channel and with every department, the newest first.',
  })
  timeline(
    @Root() customer: Customer,
    @Arg('filter', () => TimelineFilter, { nullable: true, description: 'Which part of it.' })
    filter: TimelineFilter | null | undefined,
    @Args(() => TwoWayPageArguments) page: TwoWayPageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Touchpoint>> {
    const order = TOUCHPOINT_ORDERS.OCCURRED_AT_DESC;
    return context.page(
      {
        entity: Touchpoint,
        where: timelineConditions(filter),
        orderName: 'OCCURRED_AT_DESC',
        order,
        page: pageWindow(page),
      },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => JourneyConnection, {
    nullable: true,
    description: 'Their efforts, each across channels and departments.',
  })
  journeys(
    @Root() customer: Customer,
    @Arg('status', () => JourneyStatus, { nullable: true, description: 'Only those in this state.' })
    status: JourneyStatus | null | undefined,
    @Arg('orderBy', () => JourneyOrderBy, { defaultValue: 'LAST_TOUCH_AT_DESC', description: 'In which order.' })
    orderBy: JourneyOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Journey>> {
    const where = journeyConditions({ status: status ?? null });
    return context.page(
      { entity: Journey, where, orderName: orderBy, order: JOURNEY_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => DateTime, { nullable: true, description: 'When they and we last met; null when we never did.' })
  async lastContactAt(
    @Root() customer: Customer,
    @Arg('direction', () => Direction, {
      nullable: true,
      description: 'Only when they came to us, or we to them; either way when left out.',
    })
    direction: Direction | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Date | null> {
    const last = await context.load(lastContactOf, customer.id);
    if (direction) return last[direction];
    const { INBOUND, OUTBOUND } = last;
    return INBOUND && OUTBOUND ? new Date(Math.max(INBOUND.getTime(), OUTBOUND.getTime())) : (INBOUND ?? OUTBOUND);
  }

  @FieldResolver(() => CountMetric, { nullable: true, description: 'How often they and we met, within a period.' })
  async touchpointCount(
    @Root() customer: Customer,
    @Args(() => Period) period: Period,
    @Ctx() context: RequestContext,
  ): Promise<CountMetric> {
    checkPeriod(period);
    return touchpointCount(await context.load(channelTalliesOf, tallyKey(customer.id, period)), period);
  }

  @FieldResolver(() => ChannelMix, {
    nullable: true,
    description: 'Through which channels they and we meet, within a period, and who came to whom.',
  })
  async channelMix(
    @Root() customer: Customer,
    @Args(() => Period) period: Period,
    @Ctx() context: RequestContext,
  ): Promise<ChannelMix> {
    checkPeriod(period);
    return channelMix(await context.load(channelTalliesOf, tallyKey(customer.id, period)), period);
  }
}
