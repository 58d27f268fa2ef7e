import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { IdempotencyKey } from '../../kit/graph/IdempotencyKey.js';
import { parseInput } from '../../kit/graph/parseInput.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { assignCase } from '../assignCase.js';
import {
  EscalateCaseInput,
  escalateCaseInput,
  OpenCaseInput,
  openCaseInput,
  reopenReason,
  ReplyToCaseInput,
  replyToCaseInput,
  resolution as resolutionInput,
} from '../caseInput.js';
import { Case } from '../entities/Case.js';
import { Goodwill } from '../entities/Goodwill.js';
import { GoodwillAuthority } from '../entities/GoodwillAuthority.js';
import { ServicePromise } from '../entities/ServicePromise.js';
import { escalateCase } from '../escalateCase.js';
import {
  GoodwillAuthorityInput,
  goodwillAuthorityInput,
  GrantGoodwillInput,
  grantGoodwillInput,
} from '../goodwillInput.js';
import { grantGoodwill } from '../grantGoodwill.js';
import { keepPromise } from '../keepPromise.js';
import { makePromise } from '../makePromise.js';
import { openCase } from '../openCase.js';
import { keptAtInput, MakePromiseInput, makePromiseInput } from '../promiseInput.js';
import { reopenCase } from '../reopenCase.js';
import { replyToCase } from '../replyToCase.js';
import { resolveCase } from '../resolveCase.js';
import { setGoodwillAuthority } from '../setGoodwillAuthority.js';

/** The argument `expectedVersion` of a mutation that changes what is there. */
function ExpectedVersion(): ReturnType<typeof Arg> {
  return Arg('expectedVersion', () => Int, {
    nullable: true,
    description:
      'The version that you have seen; when it has changed since, nothing is written and the error is CONFLICT.',
  });
}

@Resolver()
export class MutationResolver {
  @Mutation(() => Case, { description: 'Opens a case and sets its due times by its priority, in business hours.' })
  openCase(
    @Arg('input', () => OpenCaseInput, { description: 'What the customer comes with.' }) input: OpenCaseInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Case> {
    const once = { key: idempotencyKey, mutation: 'openCase', input };
    return openCase(context, parseInput(openCaseInput, input, 'input'), once);
  }

  @Mutation(() => Case, {
    description:
      'Adds a message to a case. The first one of an employee stops the clock of the first response; one of the customer ends AWAITING_CUSTOMER. A case that is RESOLVED or CLOSED takes none: reopen it, or open a new one.',
  })
  replyToCase(
    @Arg('caseId', () => ID, { description: 'Which case.' }) caseId: string,
    @Arg('input', () => ReplyToCaseInput, { description: 'The message.' }) input: ReplyToCaseInput,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Case> {
    const once = { key: idempotencyKey, mutation: 'replyToCase', input: { caseId, input, expectedVersion } };
    const which = { id: caseId, argument: 'caseId', expectedVersion: expectedVersion ?? null };
    return replyToCase(context, which, parseInput(replyToCaseInput, input, 'input'), once);
  }

  @Mutation(() => Case, { description: 'Gives a case that is OPEN or AWAITING_CUSTOMER to an employee, or to nobody.' })
  assignCase(
    @Arg('id', () => ID, { description: 'Which case.' }) id: string,
    @Arg('assigneeId', () => ID, { nullable: true, description: 'Who takes care of it; null or left out, nobody.' })
    assigneeId: string | null | undefined,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Case> {
    const once = { key: idempotencyKey, mutation: 'assignCase', input: { id, assigneeId, expectedVersion } };
    const which = { id, argument: 'id', expectedVersion: expectedVersion ?? null };
    return assignCase(context, which, assigneeId ?? null, once);
  }

  @Mutation(() => Case, {
    description:
      'Raises a case that is OPEN or AWAITING_CUSTOMER by one level, up to 3, and hands it to somebody else where one is named. Clocks and status stay.',
  })
  escalateCase(
    @Arg('id', () => ID, { description: 'Which case.' }) id: string,
    @Arg('input', () => EscalateCaseInput, { description: 'Why, and to whom.' }) input: EscalateCaseInput,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Case> {
    const once = { key: idempotencyKey, mutation: 'escalateCase', input: { id, input, expectedVersion } };
    const which = { id, argument: 'id', expectedVersion: expectedVersion ?? null };
    return escalateCase(context, which, parseInput(escalateCaseInput, input, 'input'), once);
  }

  @Mutation(() => Case, {
    description: 'Resolves a case that is OPEN or AWAITING_CUSTOMER and stops the clock of its resolution.',
  })
  resolveCase(
    @Arg('id', () => ID, { description: 'Which case.' }) id: string,
    @Arg('resolution', () => String, { description: 'How it was resolved. At most 10,000 characters.' })
    resolution: string,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Case> {
    const once = { key: idempotencyKey, mutation: 'resolveCase', input: { id, resolution, expectedVersion } };
    const which = { id, argument: 'id', expectedVersion: expectedVersion ?? null };
    return resolveCase(context, which, parseInput(resolutionInput, resolution, 'resolution'), once);
  }

  @Mutation(() => Case, {
    description:
      'Makes a RESOLVED case OPEN again, up to `Case.reopenableUntil`. Its clock runs on with what was left when it was resolved; its resolution stays in `statusChanges`.',
  })
  reopenCase(
    @Arg('id', () => ID, { description: 'Which case.' }) id: string,
    @Arg('reason', () => String, { description: 'Why. At most 10,000 characters.' }) reason: string,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Case> {
    const once = { key: idempotencyKey, mutation: 'reopenCase', input: { id, reason, expectedVersion } };
    const which = { id, argument: 'id', expectedVersion: expectedVersion ?? null };
    return reopenCase(context, which, parseInput(reopenReason, reason, 'reason'), once);
  }

  @Mutation(() => ServicePromise, { description: 'Writes down what we promise to a customer.' })
  makePromise(
    @Arg('input', () => MakePromiseInput, { description: 'What we promise.' }) input: MakePromiseInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<ServicePromise> {
    const once = { key: idempotencyKey, mutation: 'makePromise', input };
    return makePromise(context, parseInput(makePromiseInput, input, 'input'), once);
  }

  @Mutation(() => ServicePromise, {
    description: 'Notes that we kept a promise that is OWED, be it late; a warranty, while it was valid.',
  })
  keepPromise(
    @Arg('id', () => ID, { description: 'Which promise.' }) id: string,
    @Arg('keptAt', () => DateTime, {
      nullable: true,
      description: 'When, where that was before now. Not in the future, at most ten years back. Now by default.',
    })
    keptAt: Date | null | undefined,
    @ExpectedVersion() expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<ServicePromise> {
    const once = { key: idempotencyKey, mutation: 'keepPromise', input: { id, keptAt, expectedVersion } };
    const checked = parseInput(keptAtInput, keptAt, 'keptAt') ?? null;
    return keepPromise(context, { id, expectedVersion: expectedVersion ?? null, keptAt: checked }, once);
  }

  @Mutation(() => Goodwill, {
    description:
      "Grants goodwill to a customer, within the employee's authority: the newest limit in that currency (`setGoodwillAuthority`; none is zero) covers all that they grant to the customer in any 30 days. Above it, the error names the limit, what is granted already, and who may.",
  })
  grantGoodwill(
    @Arg('input', () => GrantGoodwillInput, { description: 'What to give, to whom, and why.' })
    input: GrantGoodwillInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Goodwill> {
    const once = { key: idempotencyKey, mutation: 'grantGoodwill', input };
    return grantGoodwill(context, parseInput(grantGoodwillInput, input, 'input'), once);
  }

  @RequiresScopes(SCOPES.manageStaff)
  @Mutation(() => GoodwillAuthority, {
    description: 'Sets how much goodwill an employee may grant in a currency, from now on.',
  })
  setGoodwillAuthority(
    @Arg('input', () => GoodwillAuthorityInput, { description: 'Who, and how much.' }) input: GoodwillAuthorityInput,
    @Arg('expectedVersion', () => Int, {
      nullable: true,
      description:
        'The version that you have seen, 0 for none; when it has changed since, nothing is written and the error is CONFLICT.',
    })
    expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<GoodwillAuthority> {
    const once = { key: idempotencyKey, mutation: 'setGoodwillAuthority', input: { input, expectedVersion } };
    const checked = parseInput(goodwillAuthorityInput, input, 'input');
    return setGoodwillAuthority(context, checked, expectedVersion ?? null, once);
  }
}
