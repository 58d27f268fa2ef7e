import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { CountMetric } from '../../kit/graph/metrics.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { assignedCaseCount } from '../caseMetrics.js';
import { QUEUE_ORDER, queueConditions } from '../caseQueue.js';
import { Case, CaseConnection } from '../entities/Case.js';
import { Employee } from '../entities/Employee.js';
import { GoodwillAuthority } from '../entities/GoodwillAuthority.js';
import { assignedFiguresOf, authoritiesOf } from '../loaders.js';
import { serviceSettings } from '../serviceSettings.js';

@Resolver(() => Employee)
export class EmployeeResolver {
  @FieldResolver(() => CaseConnection, {
    nullable: true,
    description:
      'The cases that they take care of and that are not over, by `sla.breachesAt`: what breaks or broke first is first.',
  })
  assignedCases(
    @Root() employee: Employee,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Case>> {
    const where = queueConditions('ALL', new Date(), context.settings(serviceSettings).dueSoonHours);
    return context.page(
      { entity: Case, where, orderName: 'QUEUE', order: QUEUE_ORDER, page },
      { column: 'assignee_id', id: employee.id },
    );
  }

  @FieldResolver(() => CountMetric, {
    nullable: true,
    description: 'How many cases they take care of that are not over: those with status OPEN or AWAITING_CUSTOMER.',
  })
  async assignedCaseCount(@Root() employee: Employee, @Ctx() context: RequestContext): Promise<CountMetric> {
    return assignedCaseCount(await context.load(assignedFiguresOf, employee.id));
  }

  @FieldResolver(() => [GoodwillAuthority], {
    nullable: true,
    description: 'How much goodwill they may grant: at most one limit a currency, by currency code.',
  })
  goodwillAuthorities(
    @Root() employee: Employee,
    @Ctx() context: RequestContext,
  ): Promise<readonly GoodwillAuthority[]> {
    return context.load(authoritiesOf, employee.id);
  }
}
