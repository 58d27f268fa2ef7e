import { Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Exposure } from '../entities/Exposure.js';
import { Touchpoint } from '../entities/Touchpoint.js';

@Resolver(() => Touchpoint)
export class TouchpointResolver {
  @Directive('@requires(fields: "source { type id }")')
  @FieldResolver(() => Exposure, {
    nullable: true,
    description:
      'The exposure to a campaign that it was: that of a `source` of type `Exposure`; null when it is about anything else.',
  })
  exposure(@Root() { source }: Touchpoint, @Ctx() context: RequestContext): Promise<Exposure | null> | null {
    return source?.type === 'Exposure' ? context.byId(Exposure, source.id) : null;
  }
}
