import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { CountMetric, DurationMetric, ScoreMetric } from '../../kit/graph/metrics.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { CASE_ORDERS, caseConditions, CaseFilter, CaseOrderBy } from '../caseList.js';
import {
  averageFirstResponse,
  averageTimeToResolve,
  complaintCount,
  openCaseCount,
  slaCompliance,
} from '../caseMetrics.js';
import { Case, CaseConnection } from '../entities/Case.js';
import { Customer } from '../entities/Customer.js';
import { Goodwill, GoodwillConnection } from '../entities/Goodwill.js';
import { PromiseConnection, ServicePromise } from '../entities/ServicePromise.js';
import { GOODWILL_ORDERS, GoodwillOrderBy } from '../goodwillList.js';
import { caseFiguresOf } from '../loaders.js';
import { PROMISE_ORDERS, promiseConditions, PromiseFilter, PromiseOrderBy } from '../promiseList.js';

@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => CaseConnection, { nullable: true, description: 'What they came to service with.' })
  cases(
    @Root() customer: Customer,
    @Arg('filter', () => CaseFilter, { nullable: true, description: 'Which.' })
    filter: CaseFilter | null | undefined,
    @Arg('orderBy', () => CaseOrderBy, { defaultValue: 'OPENED_AT_DESC', description: 'In which order.' })
    orderBy: CaseOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Case>> {
    const where = caseConditions(filter);
    return context.page(
      { entity: Case, where, orderName: orderBy, order: CASE_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => PromiseConnection, { nullable: true, description: 'What we promised them.' })
  promises(
    @Root() customer: Customer,
    @Arg('filter', () => PromiseFilter, { nullable: true, description: 'Which.' })
    filter: PromiseFilter | null | undefined,
    @Arg('orderBy', () => PromiseOrderBy, { defaultValue: 'DUE_AT_ASC', description: 'In which order.' })
    orderBy: PromiseOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ServicePromise>> {
    const where = promiseConditions(filter);
    return context.page(
      { entity: ServicePromise, where, orderName: orderBy, order: PROMISE_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => GoodwillConnection, {
    nullable: true,
    description: 'What we gave them to make up for faults of ours.',
  })
  goodwill(
    @Root() customer: Customer,
    @Arg('orderBy', () => GoodwillOrderBy, { defaultValue: 'GRANTED_AT_DESC', description: 'In which order.' })
    orderBy: GoodwillOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Goodwill>> {
    return context.page(
      { entity: Goodwill, where: [], orderName: orderBy, order: GOODWILL_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => CountMetric, {
    nullable: true,
    description: 'How many of their cases are not over: those with status OPEN or AWAITING_CUSTOMER.',
  })
  async openCaseCount(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<CountMetric> {
    return openCaseCount(await context.load(caseFiguresOf, customer.id));
  }

  @FieldResolver(() => CountMetric, {
    nullable: true,
    description: 'How many complaints they have made, ever: all cases of kind COMPLAINT, whatever became of them.',
  })
  async complaintCount(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<CountMetric> {
    return complaintCount(await context.load(caseFiguresOf, customer.id));
  }

  @FieldResolver(() => DurationMetric, {
    nullable: true,
    description:
      'How long they wait for a first answer: the mean of (first reply of an employee - opened) over the cases that have been answered, in elapsed time.',
  })
  async averageFirstResponse(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<DurationMetric> {
    return averageFirstResponse(await context.load(caseFiguresOf, customer.id));
  }

  @FieldResolver(() => DurationMetric, {
    nullable: true,
    description:
      'How long we take to resolve what they come with: the mean of (resolved - opened - time in which it was not our turn) over the resolved cases, in elapsed time; `Case.timeToResolve` is that of one.',
  })
  async averageTimeToResolve(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<DurationMetric> {
    return averageTimeToResolve(await context.load(caseFiguresOf, customer.id));
  }

  @FieldResolver(() => ScoreMetric, {
    nullable: true,
    description:
      'How well we keep our service levels with them, 0 to 1: met / (met + missed). Met are the cases resolved without `sla.breached`; missed are all with `sla.breached`, resolved or not; a case that is neither is undecided and does not count.',
  })
  async slaCompliance(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<ScoreMetric> {
    return slaCompliance(await context.load(caseFiguresOf, customer.id));
  }
}
