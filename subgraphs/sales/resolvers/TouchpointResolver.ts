import { Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Activity } from '../entities/Activity.js';
import { Opportunity } from '../entities/Opportunity.js';
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

  @Directive('@requires(fields: "source { type id }")')
  @FieldResolver(() => Activity, {
    nullable: true,
    description:
      'The call, email or meeting that it was: that of a `source` of type `Activity`; null when it is about anything else.',
  })
  activity(@Root() { source }: Touchpoint, @Ctx() context: RequestContext): Promise<Activity | null> | null {
    return source?.type === 'Activity' ? context.byId(Activity, source.id) : null;
  }

  @Directive('@requires(fields: "source { type id }")')
  @FieldResolver(() => Opportunity, {
    nullable: true,
    description:
      'The opportunity that it is about: that of a `source` of type `Opportunity`; null when it is about anything else.',
  })
  opportunity(@Root() { source }: Touchpoint, @Ctx() context: RequestContext): Promise<Opportunity | null> | null {
    return source?.type === 'Opportunity' ? context.byId(Opportunity, source.id) : null;
  }
}
