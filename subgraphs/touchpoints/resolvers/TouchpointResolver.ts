import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Journey } from '../entities/Journey.js';
import { Touchpoint } from '../entities/Touchpoint.js';

@Resolver(() => Touchpoint)
export class TouchpointResolver {
  @FieldResolver(() => Journey, { nullable: true, description: 'The effort of the customer that it belongs to.' })
  journey(@Root() touchpoint: Touchpoint, @Ctx() context: RequestContext): Promise<Journey | null> {
    return context.byId(Journey, touchpoint.journeyId);
  }
}
