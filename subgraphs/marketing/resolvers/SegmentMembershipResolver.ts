import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Customer, customerStub } from '../entities/Customer.js';
import { Segment } from '../entities/Segment.js';
import { SegmentMembership } from '../entities/SegmentMembership.js';

@Resolver(() => SegmentMembership)
export class SegmentMembershipResolver {
  @FieldResolver(() => Customer, { nullable: true, description: 'Who belongs to the segment.' })
  customer(@Root() membership: SegmentMembership): Customer | null {
    return customerStub(membership.customerId);
  }

  @FieldResolver(() => Segment, { description: 'The segment.' })
  segment(@Root() membership: SegmentMembership, @Ctx() context: RequestContext): Promise<Segment | null> {
    return context.byId(Segment, membership.segmentId);
  }
}
