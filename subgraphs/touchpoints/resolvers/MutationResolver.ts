import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { IdempotencyKey } from '../../kit/IdempotencyKey.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { Touchpoint } from '../entities/Touchpoint.js';
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
}
