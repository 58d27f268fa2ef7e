import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import sql from 'sql-template-tag';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { CUSTOMER_ORDERS, CustomerOrderBy } from '../customerList.js';
import { Customer, CustomerConnection } from '../entities/Customer.js';
import { Household } from '../entities/Household.js';

@Resolver(() => Household)
export class HouseholdResolver {
  @FieldResolver(() => CustomerConnection, { description: 'Who belongs to it.' })
  members(
    @Root() household: Household,
    @Arg('orderBy', () => CustomerOrderBy, { defaultValue: 'CREATED_AT_ASC', description: 'The order.' })
    orderBy: CustomerOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Customer>> {
    return context.page(
      {
        entity: Customer,
        where: [sql`t.merged_into IS NULL`],
        orderName: orderBy,
        order: CUSTOMER_ORDERS[orderBy],
        page,
      },
      { column: 'household_id', id: household.id },
    );
  }
}
