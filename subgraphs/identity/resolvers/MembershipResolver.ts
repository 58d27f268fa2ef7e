import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Customer } from '../entities/Customer.js';
import { Membership } from '../entities/Membership.js';

@Resolver(() => Membership)
export class MembershipResolver {
  @FieldResolver(() => Customer, { description: 'Where they belong to.' })
  organization(@Root() membership: Membership, @Ctx() context: RequestContext): Promise<Customer | null> {
    return context.byId(Customer, membership.organizationId);
  }

  @FieldResolver(() => Customer, { description: 'Who belongs to it.' })
  person(@Root() membership: Membership, @Ctx() context: RequestContext): Promise<Customer | null> {
    return context.byId(Customer, membership.personId);
  }
}
