import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/graph/Connection.js';
import { enumType } from '../../kit/graph/enumType.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import type { ListOrder } from '../../kit/sql/readPages.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Case } from '../entities/Case.js';
import { CaseMessage, CaseMessageConnection } from '../entities/CaseMessage.js';
import { CaseStatusChange, CaseStatusChangeConnection } from '../entities/CaseStatusChange.js';
import { reopenableUntil } from '../caseStatus.js';
import { serviceSettings } from '../serviceSettings.js';
import { DateTime } from '../../kit/graph/DateTime.js';

const CaseMessageOrderBy = enumType('CaseMessageOrderBy', 'An order of messages.', {
  SENT_AT_ASC: 'As the conversation went.',
  SENT_AT_DESC: 'The latest first.',
});
type CaseMessageOrderBy = keyof typeof CaseMessageOrderBy;

const ORDERS: Record<CaseMessageOrderBy, ListOrder> = {
  SENT_AT_ASC: { by: 't.sent_at', type: 'timestamptz', direction: 'ASC' },
  SENT_AT_DESC: { by: 't.sent_at', type: 'timestamptz', direction: 'DESC' },
};

const STEPS: ListOrder = { by: 't.changed_at', type: 'timestamptz', direction: 'ASC' };

@Resolver(() => Case)
export class CaseResolver {
  @FieldResolver(() => CaseMessageConnection, { description: 'What was said.' })
  messages(
    @Root() parent: Case,
    @Arg('orderBy', () => CaseMessageOrderBy, { defaultValue: 'SENT_AT_ASC', description: 'In which order.' })
    orderBy: CaseMessageOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<CaseMessage>> {
    return context.page(
      { entity: CaseMessage, where: [], orderName: orderBy, order: ORDERS[orderBy], page },
      { column: 'case_id', id: parent.id },
    );
  }

  @FieldResolver(() => CaseStatusChangeConnection, {
    description: 'How it came to stand where it stands, the first step first; resolutions of before a reopening too.',
  })
  statusChanges(
    @Root() parent: Case,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<CaseStatusChange>> {
    return context.page(
      { entity: CaseStatusChange, where: [], orderName: 'CHANGED_AT_ASC', order: STEPS, page },
      { column: 'case_id', id: parent.id },
    );
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      'Until when it can be reopened, `SERVICE_REOPEN_DAYS` (30 by default) after its resolution; null when it is not RESOLVED.',
  })
  reopenableUntil(@Root() parent: Case, @Ctx() context: RequestContext): Date | null {
    return reopenableUntil(parent, context.settings(serviceSettings).reopenDays);
  }
}
