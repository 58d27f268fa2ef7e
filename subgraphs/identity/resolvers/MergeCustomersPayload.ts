import { Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Customer } from '../entities/Customer.js';
import type { Merge } from '../mergeCustomers.js';
import { MergedField, mergedFields } from '../mergedFields.js';

@ObjectType({ description: 'A merge, done or tried.', simpleResolvers: true })
export class MergeCustomersPayload implements Merge {
  @Field(() => Customer, {
    description: 'Into whom: the survivor, as they are now. With `dryRun` that is without the merge.',
  })
  customer: Customer;

  @Field(() => ID, { description: 'The id of who was merged, or would be.' })
  mergedId: string;

  @Field(() => Boolean, { description: 'Whether it was only tried.' })
  isDryRun: boolean;
}

@Resolver(() => MergeCustomersPayload)
export class MergeCustomersPayloadResolver {
  @FieldResolver(() => [MergedField], {
    description:
      'What the merge does to the survivor, field by field, with where each value comes from: fields that it changes, or of which it does not show all. At most 14.',
  })
  fields(
    @Root() { mergedId, customer }: MergeCustomersPayload,
    @Ctx() context: RequestContext,
  ): Promise<readonly MergedField[]> {
    return mergedFields(context.database.dataSource.manager, mergedId, customer.id);
  }
}
