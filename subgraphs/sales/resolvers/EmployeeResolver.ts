import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { parseInput } from '../../kit/graph/parseInput.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { ActivityMix, activityMix } from '../activityMix.js';
import { Employee } from '../entities/Employee.js';
import { kindCountsOf } from '../loaders.js';
import { Portfolio } from '../Portfolio.js';
import { SalesPeriod, salesPeriod } from '../SalesPeriod.js';

/** What sales adds to the employee. All of it is nullable: without sales the rest of the employee must stand. */
@Resolver(() => Employee)
export class EmployeeResolver {
  @FieldResolver(() => Portfolio, { nullable: true, description: 'All that they have to look after, now.' })
  portfolio(@Root() employee: Employee): Portfolio {
    return new Portfolio(employee.id);
  }

  @FieldResolver(() => ActivityMix, { nullable: true, description: 'What they did in a period, by kind.' })
  async activityMix(
    @Root() employee: Employee,
    @Arg('period', () => SalesPeriod, { description: 'When.' }) period: SalesPeriod,
    @Ctx() context: RequestContext,
  ): Promise<ActivityMix> {
    const { from, to } = parseInput(salesPeriod, period, 'period');
    return activityMix(employee.id, await context.load(kindCountsOf, `${employee.id} ${from} ${to}`));
  }
}
