import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { CASE_ORDERS, caseConditions, CaseFilter, CaseOrderBy } from '../caseList.js';
import { CaseQueueFilter, QUEUE_ORDER, queueConditions } from '../caseQueue.js';
import { Case, CaseConnection } from '../entities/Case.js';
import { Goodwill, GoodwillConnection } from '../entities/Goodwill.js';
import { PromiseConnection, ServicePromise } from '../entities/ServicePromise.js';
import { GOODWILL_ORDERS, goodwillConditions, GoodwillFilter, GoodwillOrderBy } from '../goodwillList.js';
import { PROMISE_ORDERS, promiseConditions, PromiseFilter, PromiseOrderBy } from '../promiseList.js';
import { serviceSettings } from '../serviceSettings.js';

@Resolver()
export class QueryResolver {
  @Query(() => Case, { nullable: true, description: 'A case by id; null when there is none.' })
  case(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Case | null> {
    return context.byId(Case, id);
  }

  @Query(() => CaseConnection, { description: 'Cases of all customers, filtered and sorted.' })
  cases(
    @Arg('filter', () => CaseFilter, { nullable: true, description: 'Which.' })
    filter: CaseFilter | null | undefined,
    @Arg('orderBy', () => CaseOrderBy, { defaultValue: 'OPENED_AT_DESC', description: 'In which order.' })
    orderBy: CaseOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Case>> {
    const where = caseConditions(filter);
    return context.page({ entity: Case, where, orderName: orderBy, order: CASE_ORDERS[orderBy], page });
  }

  @Query(() => CaseConnection, {
    description:
      'The cases of all customers that are not over, by `sla.breachesAt`: what breaks or broke first is first.',
  })
  caseQueue(
    @Arg('filter', () => CaseQueueFilter, { defaultValue: 'ALL', description: 'Which.' }) filter: CaseQueueFilter,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Case>> {
    const where = queueConditions(filter, new Date(), context.settings(serviceSettings).dueSoonHours);
    return context.page({ entity: Case, where, orderName: 'QUEUE', order: QUEUE_ORDER, page });
  }

  @Query(() => ServicePromise, { nullable: true, description: 'A promise by id; null when there is none.' })
  promise(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<ServicePromise | null> {
    return context.byId(ServicePromise, id);
  }

  @Query(() => PromiseConnection, { description: 'What we promised to all customers, filtered and sorted.' })
  promises(
    @Arg('filter', () => PromiseFilter, { nullable: true, description: 'Which.' })
    filter: PromiseFilter | null | undefined,
    @Arg('orderBy', () => PromiseOrderBy, { defaultValue: 'DUE_AT_ASC', description: 'In which order.' })
    orderBy: PromiseOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ServicePromise>> {
    const where = promiseConditions(filter);
    return context.page({ entity: ServicePromise, where, orderName: orderBy, order: PROMISE_ORDERS[orderBy], page });
  }

  @Query(() => Goodwill, { nullable: true, description: 'A goodwill by id; null when there is none.' })
  goodwill(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Goodwill | null> {
    return context.byId(Goodwill, id);
  }

  @Query(() => GoodwillConnection, { description: 'All goodwill granted, filtered and sorted.' })
  goodwillGrants(
    @Arg('filter', () => GoodwillFilter, { nullable: true, description: 'Which.' })
    filter: GoodwillFilter | null | undefined,
    @Arg('orderBy', () => GoodwillOrderBy, { defaultValue: 'GRANTED_AT_DESC', description: 'In which order.' })
    orderBy: GoodwillOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Goodwill>> {
    const where = goodwillConditions(filter);
    return context.page({ entity: Goodwill, where, orderName: orderBy, order: GOODWILL_ORDERS[orderBy], page });
  }
}
