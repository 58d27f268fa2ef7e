import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Order } from '../entities/Order.js';
import { OrderLine } from '../entities/OrderLine.js';
import { linesOf } from '../loaders.js';

@Resolver(() => Order)
export class OrderResolver {
  @FieldResolver(() => [OrderLine], { description: 'What was ordered. At most 200.' })
  lines(@Root() order: Order, @Ctx() context: RequestContext): Promise<readonly OrderLine[]> {
    return context.load(linesOf, order.id);
  }
}
