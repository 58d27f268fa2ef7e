import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import { validate as isUuid } from 'uuid';
import { SCOPES } from '../../../schema/contract.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { AUDIT_ORDER, auditConditions, AuditLogFilter } from '../audit/auditList.js';
import { AuditEntry, AuditEntryConnection } from '../entities/AuditEntry.js';
import { mergedIdsOf } from '../loaders.js';
import { Customer } from '../entities/Customer.js';

@Resolver()
export class AuditResolver {
  @RequiresScopes(SCOPES.administerIdentity)
  @Query(() => AuditEntryConnection, {
    description:
      'Who read or changed personal data of a customer, the last first. Reading this is noted too. An entry is here about a second after it happened.',
  })
  async auditLog(
    @Arg('customerId', () => ID, { description: 'Whose data.' }) customerId: string,
    @Arg('filter', () => AuditLogFilter, { nullable: true, description: 'Which entries.' })
    filter: AuditLogFilter | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<AuditEntry>> {
    const isMerged = context.aliases.any && isUuid(customerId);
    const mergedIds = isMerged ? await context.load(mergedIdsOf, customerId.toLowerCase()) : [];
    const where = auditConditions(customerId, mergedIds, filter);
    const entries = await context.page({ entity: AuditEntry, where, orderName: 'AT_DESC', order: AUDIT_ORDER, page });
    if (await context.byId(Customer, customerId)) context.giveOf(customerId.toLowerCase(), 'Query.auditLog');
    return entries;
  }
}
