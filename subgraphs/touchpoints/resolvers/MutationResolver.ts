import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { IdempotencyKey } from '../../kit/graph/IdempotencyKey.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Touchpoint } from '../entities/Touchpoint.js';
import { linkTouchpoint, unlinkTouchpoint } from '../journeys/moveTouchpoint.js';
import { recordTouchpoint } from '../recordTouchpoint.js';
import { RecordTouchpointInput } from '../touchpointInput.js';

@Resolver()
export class MutationResolver {
  @Mutation(() => Touchpoint, {
    description:
      'Records a touchpoint, for systems outside. Of a source that is recorded already, what is there is returned, unchanged; a source of another customer is refused.',
  })
  recordTouchpoint(
    @Arg('input', () => RecordTouchpointInput, { description: 'What happened.' }) input: RecordTouchpointInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Touchpoint> {
    return recordTouchpoint(context, input, { key: idempotencyKey, mutation: 'recordTouchpoint', input: { input } });
  }

  @Mutation(() => Touchpoint, {
    description:
      'Puts a touchpoint on a journey of the same customer by hand. It leaves the one that it was on, and what is like it does not come to that one any more.',
  })
  linkTouchpoint(
    @Arg('touchpointId', () => ID, { description: 'Which touchpoint.' }) touchpointId: string,
    @Arg('journeyId', () => ID, {
      nullable: true,
      description: 'On which journey; left out, one of its own, which begins with it.',
    })
    journeyId: string | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Touchpoint> {
    const once = { key: idempotencyKey, mutation: 'linkTouchpoint', input: { touchpointId, journeyId } };
    return linkTouchpoint(context, touchpointId, journeyId ?? null, once);
  }

  @Mutation(() => Touchpoint, {
    description:
      'Takes a touchpoint off its journey by hand; what is like it does not come to that one any more. On none, it stays as it is.',
  })
  unlinkTouchpoint(
    @Arg('touchpointId', () => ID, { description: 'Which touchpoint.' }) touchpointId: string,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Touchpoint> {
    const once = { key: idempotencyKey, mutation: 'unlinkTouchpoint', input: { touchpointId } };
    return unlinkTouchpoint(context, touchpointId, once);
  }
}
