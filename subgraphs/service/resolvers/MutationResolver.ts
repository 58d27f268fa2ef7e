import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { parseInput } from '../../kit/parseInput.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import {
  OpenCaseInput,
  openCaseInput,
  ReplyToCaseInput,
  replyToCaseInput,
  resolution as resolutionInput,
} from '../caseInput.js';
import { Case } from '../entities/Case.js';
import { openCase } from '../openCase.js';
import { replyToCase } from '../replyToCase.js';
import { resolveCase } from '../resolveCase.js';

const EXPECTED_VERSION =
  'The version that you have seen; when it has changed since, nothing is written and the error is CONFLICT.';

@Resolver()
export class MutationResolver {
  @Mutation(() => Case, { description: 'Opens a case and sets its due times by its priority.' })
  openCase(
    @Arg('input', () => OpenCaseInput, { description: 'What the customer comes with.' }) input: OpenCaseInput,
    @Ctx() context: RequestContext,
  ): Promise<Case> {
    return openCase(context, parseInput(openCaseInput, input, 'input'));
  }

  @Mutation(() => Case, {
    description:
      'Adds a message to a case. The first one of an employee stops the clock of the first response; one of the customer ends AWAITING_CUSTOMER. A case that is RESOLVED or CLOSED takes none: open a new one.',
  })
  replyToCase(
    @Arg('caseId', () => ID, { description: 'Which case.' }) caseId: string,
    @Arg('input', () => ReplyToCaseInput, { description: 'The message.' }) input: ReplyToCaseInput,
    @Arg('expectedVersion', () => Int, { nullable: true, description: EXPECTED_VERSION })
    expectedVersion: number | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Case> {
    const which = { id: caseId, argument: 'caseId', expectedVersion: expectedVersion ?? null };
    return replyToCase(context, which, parseInput(replyToCaseInput, input, 'input'));
  }

  @Mutation(() => Case, {
    description: 'Resolves a case that is OPEN or AWAITING_CUSTOMER and stops the clock of its resolution.',
  })
  resolveCase(
    @Arg('id', () => ID, { description: 'Which case.' }) id: string,
    @Arg('resolution', () => String, { description: 'How it was resolved. At most 10,000 characters.' })
    resolution: string,
    @Arg('expectedVersion', () => Int, { nullable: true, description: EXPECTED_VERSION })
    expectedVersion: number | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Case> {
    const which = { id, argument: 'id', expectedVersion: expectedVersion ?? null };
    return resolveCase(context, which, parseInput(resolutionInput, resolution, 'resolution'));
  }
}
