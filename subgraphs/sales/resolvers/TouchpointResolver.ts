import { Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/RequestContext.js';
import { Order } from '../entities/Order.js';
import { Touchpoint } from '../entities/Touchpoint.js';

@Resolver(() => Touchpoint)
export class TouchpointResolver {
  @Directive('@requires(fields: "source { type id }")')
  @FieldResolver(() => Order, {
    nullable: true,
    description: 'The order that it is about: that of a `source` of type `Order`; null when it is about anything else.',
  })
  order(@Root() { source }: Touchpoint, @Ctx() context: RequestContext): Promise<Order | null> | null {
    return source?.type === 'Order' ? context.byId(Order, source.id) : null;
  }
}
