import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { OrderLine } from '../entities/OrderLine.js';
import { Product } from '../entities/Product.js';

@Resolver(() => OrderLine)
export class OrderLineResolver {
  @FieldResolver(() => Product, { nullable: true, description: 'What was bought.' })
  product(@Root() line: OrderLine, @Ctx() context: RequestContext): Promise<Product | null> {
    return context.byId(Product, line.productId);
  }
}
