import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Proposition, PropositionConnection } from '../entities/Proposition.js';
import { Segment } from '../entities/Segment.js';
import { SegmentMembership, SegmentMembershipConnection } from '../entities/SegmentMembership.js';
import { PROPOSITION_ORDERS, PropositionOrderBy } from '../propositionList.js';
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

  @FieldResolver(() => PropositionConnection, { description: 'What we hold out to its customers.' })
  propositions(
    @Root() segment: Segment,
    @Arg('orderBy', () => PropositionOrderBy, { defaultValue: 'NAME_ASC', description: 'In which order.' })
    orderBy: PropositionOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Proposition>> {
    return context.page(
      { entity: Proposition, where: [], orderName: orderBy, order: PROPOSITION_ORDERS[orderBy], page },
      { column: 'segment_id', id: segment.id },
    );
  }
}
