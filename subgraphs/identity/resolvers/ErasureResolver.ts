import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { SCOPES } from '../../../schema/contract.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { IdempotencyKey } from '../../kit/graph/IdempotencyKey.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { TakesFormerIds } from '../../kit/ownership/TakesFormerIds.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Customer, ErasureReason } from '../entities/Customer.js';
import { Erasure, ErasureConnection } from '../entities/Erasure.js';
import { LegalHold, LegalHoldConnection } from '../entities/LegalHold.js';
import { eraseCustomer } from '../erasures/eraseCustomer.js';
import {
  ERASURE_ORDER,
  erasureConditions,
  ErasureFilter,
  LEGAL_HOLD_ORDER,
  legalHoldConditions,
  LegalHoldFilter,
} from '../erasures/erasureLists.js';
import {
  ErasureState,
  standingHolds,
  stateOf,
  SubgraphErasure,
  subgraphErasures,
} from '../erasures/erasureProgress.js';
import { confirmErasure } from '../erasures/erasureReceipts.js';
import { placeLegalHold, releaseLegalHold } from '../erasures/legalHolds.js';
import { ExpectedVersion } from '../ExpectedVersion.js';

@InputType({ description: 'Why a customer may not be erased for a while.' })
class PlaceLegalHoldInput {
  @Field(() => ID, { description: 'Who.' })
  customerId: string;

  @Field(() => String, { description: 'Why: the law, the file. At most 500 characters.' })
  reason: string;

  @Field(() => DateTime, { nullable: true, description: 'Until when; left out, until it is released.' })
  until?: Date | null;
}

@InputType({ description: 'How much was erased in one place.' })
class ErasedRowsInput {
  @Field(() => String, { description: 'Where: a table, a file. At most 100 characters.' })
  place: string;

  @Field(() => Int, { description: 'How much was deleted or overwritten there; at least 1.' })
  count: number;
}

@InputType({ description: 'What a subgraph has done of an erasure.' })
class ErasureReceiptInput {
  @Field(() => String, { description: 'Its name in the supergraph.' })
  subgraph: string;

  @Field(() => ID, { description: 'Whom it erased: `customerId` of the event that told it to.' })
  customerId: string;

  @Field(() => String, { description: 'When it erased them, RFC 3339, in the very text that is signed.' })
  erasedAt: string;

  @Field(() => [ErasedRowsInput], {
    description: 'How much, by place, each once; empty where it had nothing. At most 100.',
  })
  rows: ErasedRowsInput[];

  @Field(() => String, {
    nullable: true,
    description:
      'Its signature: `docs/privacy.md` says over what. Left out where nothing is signed (`SIGNING_KEY=off`).',
  })
  signature?: string | null;
}

/** Erasures, what holds them back, and what proves that they were done. */
@Resolver(() => Erasure)
export class ErasureResolver {
  @RequiresScopes(SCOPES.administerIdentity)
  @Query(() => Erasure, { nullable: true, description: 'An erasure, by its id; null when there is none.' })
  erasure(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Erasure | null> {
    return context.byId(Erasure, id);
  }

  @RequiresScopes(SCOPES.administerIdentity)
  @TakesFormerIds()
  @Query(() => ErasureConnection, { nullable: true, description: 'Erasures, what was asked for last first.' })
  erasures(
    @Arg('filter', () => ErasureFilter, { nullable: true, description: 'Which.' })
    filter: ErasureFilter | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Erasure>> {
    const where = erasureConditions(filter);
    return context.page({ entity: Erasure, where, orderName: 'REQUESTED_AT_DESC', order: ERASURE_ORDER, page });
  }

  @RequiresScopes(SCOPES.administerIdentity)
  @Query(() => LegalHold, { nullable: true, description: 'A legal hold, by its id; null when there is none.' })
  legalHold(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<LegalHold | null> {
    return context.byId(LegalHold, id);
  }

  @RequiresScopes(SCOPES.administerIdentity)
  @Query(() => LegalHoldConnection, { nullable: true, description: 'Legal holds, what was placed last first.' })
  legalHolds(
    @Arg('filter', () => LegalHoldFilter, { nullable: true, description: 'Which.' })
    filter: LegalHoldFilter | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<LegalHold>> {
    const where = legalHoldConditions(filter);
    return context.page({ entity: LegalHold, where, orderName: 'PLACED_AT_DESC', order: LEGAL_HOLD_ORDER, page });
  }

  @RequiresScopes(SCOPES.administerIdentity)
  @TakesFormerIds()
  @Mutation(() => Erasure, {
    description:
      'Erases a customer: nothing that is personal of them is left in any department, moments later; each subgraph gives a receipt for it. It cannot be taken back. An empty record with the id stays, nobody finds it by anything else, and nothing can be written of it. Orders, amounts, scores and consents stay for the books and the figures, without texts. While a legal hold stands, nothing is erased, and the erasure begins when it is over. Again, it changes nothing and gives the erasure that there is.',
  })
  eraseCustomer(
    @Arg('customerId', () => ID, { description: 'Whom.' }) customerId: string,
    @Arg('reason', () => ErasureReason, { description: 'Why.' }) reason: ErasureReason,
    @ExpectedVersion('customer') expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Erasure> {
    const change = { id: customerId, argument: 'customerId', expectedVersion: expectedVersion ?? null };
    const input = { customerId, reason, expectedVersion };
    const once = { key: idempotencyKey, mutation: 'eraseCustomer', input, answersErased: true };
    return eraseCustomer(context, change, reason, once);
  }

  @RequiresScopes(SCOPES.administerIdentity)
  @Mutation(() => LegalHold, {
    description:
      'Keeps a customer from being erased, for a while or until it is released. At most 20 of a customer stand at once.',
  })
  placeLegalHold(
    @Arg('input', () => PlaceLegalHoldInput, { description: 'Who, and why.' }) input: PlaceLegalHoldInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<LegalHold> {
    return placeLegalHold(context, input, { key: idempotencyKey, mutation: 'placeLegalHold', input });
  }

  @RequiresScopes(SCOPES.administerIdentity)
  @Mutation(() => LegalHold, {
    description:
      'Releases a legal hold. An erasure that waited for it, and for no other, begins at once. One that is released already stays so.',
  })
  releaseLegalHold(
    @Arg('legalHoldId', () => ID, { description: 'Which.' }) legalHoldId: string,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<LegalHold> {
    const once = { key: idempotencyKey, mutation: 'releaseLegalHold', input: { legalHoldId }, answersErased: true };
    return releaseLegalHold(context, legalHoldId, once);
  }

  @RequiresScopes(SCOPES.confirmErasures)
  @TakesFormerIds()
  @Mutation(() => Erasure, {
    description:
      'Takes in the receipt of a subgraph that does not write to the event bus. The same again changes nothing; a later one of the same subgraph takes its place.',
  })
  confirmErasure(
    @Arg('input', () => ErasureReceiptInput, { description: 'What it has done.' }) input: ErasureReceiptInput,
    @Ctx() context: RequestContext,
  ): Promise<Erasure> {
    return confirmErasure(context, input);
  }

  @FieldResolver(() => Customer, {
    nullable: true,
    description: 'Whom: the empty record, once they are erased.',
  })
  customer(@Root() { customerId }: Erasure, @Ctx() context: RequestContext): Promise<Customer | null> {
    return context.byId(Customer, customerId);
  }

  @FieldResolver(() => ErasureState, { description: 'How far it is.' })
  state(@Root() erasure: Erasure): ErasureState {
    return stateOf(erasure);
  }

  @FieldResolver(() => [LegalHold], { description: 'What stands in its way; empty once it has begun. At most 20.' })
  holds(@Root() { id }: Erasure, @Ctx() context: RequestContext): Promise<readonly LegalHold[]> {
    return context.load(standingHolds, id);
  }

  @FieldResolver(() => [SubgraphErasure], {
    description: 'Each subgraph of the graph with what it has done, by name. At most one for each.',
  })
  subgraphs(@Root() { id }: Erasure, @Ctx() context: RequestContext): Promise<readonly SubgraphErasure[]> {
    return context.load(subgraphErasures, id);
  }
}
