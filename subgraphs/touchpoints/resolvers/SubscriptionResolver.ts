import { Arg, Directive, Resolver, Root, Subscription } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import type { Touchpoint } from '../entities/Touchpoint.js';
import { TouchpointAdded, TouchpointAddedFilter, touchpointsAdded } from '../live/touchpointAdded.js';

interface Arguments {
  readonly filter?: TouchpointAddedFilter | null;
  readonly after?: string | null;
}

@Resolver()
export class SubscriptionResolver {
  @Directive('@resumable(argument: "after", cursor: "cursor")')
  @Subscription(() => TouchpointAdded, {
    description:
      'Each touchpoint as it is recorded, in the order in which that happens; with `after`, first those that were recorded since, each once.',
    subscribe: ({ args, context }) => {
      const { filter, after } = args as Arguments;
      return touchpointsAdded((context as RequestContext).database, filter, after);
    },
  })
  touchpointAdded(
    @Root() touchpoint: Touchpoint,
    @Arg('filter', () => TouchpointAddedFilter, { nullable: true, description: 'Which.' })
    _filter: TouchpointAddedFilter | null | undefined,
    @Arg('after', () => String, {
      nullable: true,
      description: 'The `cursor` of the last one that was seen, to go on behind it; from now on when left out.',
    })
    _after: string | null | undefined,
  ): TouchpointAdded {
    return new TouchpointAdded(touchpoint);
  }
}
