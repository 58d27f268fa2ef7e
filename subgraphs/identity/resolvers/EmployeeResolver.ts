import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Employee } from '../entities/Employee.js';
import { Team } from '../entities/Team.js';

@Resolver(() => Employee)
export class EmployeeResolver {
  @FieldResolver(() => Team, { nullable: true, description: 'The team they belong to, with its members.' })
  memberOf(@Root() employee: Employee, @Ctx() context: RequestContext): Promise<Team | null> {
    return context.byId(Team, employee.teamId);
  }
}
