import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Employee } from '../entities/Employee.js';
import { Touchpoint, TouchpointConnection } from '../entities/Touchpoint.js';
import { TOUCHPOINT_ORDERS, TouchpointOrderBy } from '../touchpointList.js';

/** What touchpoints adds to the employee; nullable, as all that is added to another's entity. */
@Resolver(() => Employee)
export class EmployeeResolver {
  @FieldResolver(() => TouchpointConnection, {
    nullable: true,
    description: 'The touchpoints at which they were there, with all customers.',
  })
  touchpoints(
    @Root() employee: Employee,
    @Arg('orderBy', () => TouchpointOrderBy, { defaultValue: 'OCCURRED_AT_DESC', description: 'In which order.' })
    orderBy: TouchpointOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Touchpoint>> {
    return context.page(
      { entity: Touchpoint, where: [], orderName: orderBy, order: TOUCHPOINT_ORDERS[orderBy], page },
      { column: 'employee_id', id: employee.id },
    );
  }
}
