import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { validate as isUuid } from 'uuid';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { TakesFormerIds } from '../../kit/ownership/TakesFormerIds.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Customer } from '../entities/Customer.js';
import { MergeStatus, mergeStatusOf } from '../merges/mergeStatus.js';

/** How far merges and unmerges are. */
@Resolver(() => Customer)
export class MergeResolver {
  @RequiresScopes(SCOPES.administerIdentity)
  @TakesFormerIds()
  @Query(() => MergeStatus, {
    nullable: true,
    description:
      'Which subgraphs have not applied the last merge or unmerge of a customer yet; null for who was never merged. By any of their ids.',
  })
  mergeStatus(
    @Arg('customerId', () => ID, { description: 'Who was merged or unmerged, or into whom they were.' })
    customerId: string,
    @Ctx() context: RequestContext,
  ): Promise<MergeStatus | null> | null {
    return isUuid(customerId) ? context.load(mergeStatusOf, customerId.toLowerCase()) : null;
  }

  @RequiresScopes(SCOPES.administerIdentity)
  @FieldResolver(() => MergeStatus, {
    name: 'mergeStatus',
    nullable: true,
    description:
      'Which subgraphs have not applied the last merge or unmerge of the customer yet; null for who was never merged.',
  })
  mergeStatusOfCustomer(@Root() { id }: Customer, @Ctx() context: RequestContext): Promise<MergeStatus | null> {
    return context.load(mergeStatusOf, id);
  }
}
