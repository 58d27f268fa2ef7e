import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/Connection.js';
import { PageArguments } from '../../kit/PageArguments.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { Segment } from '../entities/Segment.js';
import { SegmentMembership, SegmentMembershipConnection } from '../entities/SegmentMembership.js';
import { SEGMENT_MEMBERSHIP_ORDERS, SegmentMembershipOrderBy } from '../segmentList.js';

@Resolver(() => Segment)
export class SegmentResolver {
  @FieldResolver(() => SegmentMembershipConnection, { description: 'Who belongs to it, and since when.' })
  members(
    @Root() segment: Segment,
    @Arg('orderBy', () => SegmentMembershipOrderBy, { defaultValue: 'SINCE_DESC', description: 'In which order.' })
    orderBy: SegmentMembershipOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<SegmentMembership>> {
    const order = SEGMENT_MEMBERSHIP_ORDERS[orderBy];
    return context.page(
      { entity: SegmentMembership, where: [], orderName: orderBy, order, page },
      { column: 'segment_id', id: segment.id },
    );
  }
}
