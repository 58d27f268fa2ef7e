import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import sql from 'sql-template-tag';
import type { Connection } from '../../kit/graph/Connection.js';
import { Money, money } from '../../kit/graph/Money.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Handover } from '../entities/Handover.js';
import { HandoverItem, HandoverItemConnection, HandoverItemKind } from '../entities/HandoverItem.js';
import { HANDOVER_ITEMS } from '../handoverList.js';
import { handoverTotalsOf } from '../loaders.js';

@Resolver(() => Handover)
export class HandoverResolver {
  @FieldResolver(() => Int, { description: 'How many customers.' })
  accountCount(@Root() handover: Handover, @Ctx() context: RequestContext): Promise<number> {
    return countOf(handover, 'ACCOUNT', context);
  }

  @FieldResolver(() => Int, { description: 'How many open opportunities.' })
  opportunityCount(@Root() handover: Handover, @Ctx() context: RequestContext): Promise<number> {
    return countOf(handover, 'OPPORTUNITY', context);
  }

  @FieldResolver(() => [Money], {
    description: 'What the opportunities were worth then: one exact sum for each currency, by currency code.',
  })
  async opportunityAmount(@Root() handover: Handover, @Ctx() context: RequestContext): Promise<Money[]> {
    const totals = await context.load(handoverTotalsOf, handover.id);
    return totals.flatMap(({ amount, currency }) =>
      amount === null || currency === null ? [] : [money(amount, currency)],
    );
  }

  @FieldResolver(() => Int, { description: 'How many next steps that were still open.' })
  nextStepCount(@Root() handover: Handover, @Ctx() context: RequestContext): Promise<number> {
    return countOf(handover, 'NEXT_STEP', context);
  }

  @FieldResolver(() => Int, { description: 'How many of those next steps were overdue then.' })
  async overdueNextStepCount(@Root() handover: Handover, @Ctx() context: RequestContext): Promise<number> {
    const totals = await context.load(handoverTotalsOf, handover.id);
    return totals.reduce((sum, { overdue }) => sum + overdue, 0);
  }

  @FieldResolver(() => Int, { description: 'How many leads that were still open.' })
  leadCount(@Root() handover: Handover, @Ctx() context: RequestContext): Promise<number> {
    return countOf(handover, 'LEAD', context);
  }

  @FieldResolver(() => HandoverItemConnection, { description: 'All that was handed over, in no particular order.' })
  items(
    @Root() { id }: Handover,
    @Arg('kind', () => HandoverItemKind, { nullable: true, description: 'Only what is of this kind.' })
    kind: HandoverItemKind | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<HandoverItem>> {
    const where = kind ? [sql`t.kind = ${kind}`] : [];
    return context.page({ entity: HandoverItem, where, ...HANDOVER_ITEMS, page }, { column: 'handover_id', id });
  }
}

async function countOf({ id }: Handover, kind: HandoverItemKind, context: RequestContext): Promise<number> {
  const totals = await context.load(handoverTotalsOf, id);
  return totals.reduce((sum, total) => (total.kind === kind ? sum + total.n : sum), 0);
}
