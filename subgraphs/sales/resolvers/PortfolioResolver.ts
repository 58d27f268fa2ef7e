import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { ACCOUNTS } from '../accountList.js';
import { NEXT_STEPS } from '../activityList.js';
import { Account, AccountConnection } from '../entities/Account.js';
import { Activity, ActivityConnection } from '../entities/Activity.js';
import { Lead, LeadConnection } from '../entities/Lead.js';
import { Opportunity, OpportunityConnection } from '../entities/Opportunity.js';
import { LEAD_ORDERS, OPEN_LEAD } from '../leadList.js';
import { OPEN_OPPORTUNITY, OPPORTUNITY_ORDERS } from '../opportunityList.js';
import { Portfolio } from '../Portfolio.js';

@Resolver(() => Portfolio)
export class PortfolioResolver {
  @FieldResolver(() => AccountConnection, { description: 'The customers, the longest known first.' })
  accounts(
    @Root() { employeeId: id }: Portfolio,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Account>> {
    return context.page({ entity: Account, where: [], ...ACCOUNTS, page }, { column: 'owner_id', id });
  }

  @FieldResolver(() => OpportunityConnection, {
    description: 'The open opportunities, those that should be decided soonest first.',
  })
  openOpportunities(
    @Root() { employeeId: id }: Portfolio,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Opportunity>> {
    const orderName = 'EXPECTED_CLOSE_ON_ASC';
    const order = OPPORTUNITY_ORDERS[orderName];
    return context.page(
      { entity: Opportunity, where: [OPEN_OPPORTUNITY], orderName, order, page },
      { column: 'owner_id', id },
    );
  }

  @FieldResolver(() => ActivityConnection, {
    description: 'The activities whose next step they are to take, the one that is due first in front.',
  })
  nextSteps(
    @Root() { employeeId: id }: Portfolio,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Activity>> {
    return context.page({ entity: Activity, ...NEXT_STEPS, page }, { column: 'next_step_employee_id', id });
  }

  @FieldResolver(() => LeadConnection, { description: 'The open leads, the oldest first.' })
  openLeads(
    @Root() { employeeId: id }: Portfolio,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Lead>> {
    const orderName = 'CAPTURED_AT_ASC';
    return context.page(
      { entity: Lead, where: [OPEN_LEAD], orderName, order: LEAD_ORDERS[orderName], page },
      { column: 'owner_id', id },
    );
  }
}
