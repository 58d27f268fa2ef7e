import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import sql from 'sql-template-tag';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Employee, EmployeeConnection } from '../entities/Employee.js';
import { Team } from '../entities/Team.js';
import { BY_NAME, EmployeeOrderBy } from '../groupLists.js';

@Resolver(() => Team)
export class TeamResolver {
  @FieldResolver(() => EmployeeConnection, { description: 'Who belongs to it.' })
  members(
    @Root() team: Team,
    @Arg('active', () => Boolean, {
      nullable: true,
      description: 'Whether they still work with us; all when left out.',
    })
    active: boolean | null | undefined,
    @Arg('orderBy', () => EmployeeOrderBy, { defaultValue: 'NAME_ASC', description: 'In which order.' })
    orderBy: EmployeeOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Employee>> {
    const where = typeof active === 'boolean' ? [sql`t.active = ${active}`] : [];
    return context.page(
      { entity: Employee, where, orderName: orderBy, order: BY_NAME, page },
      { column: 'team_id', id: team.id },
    );
  }
}
