import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Connection } from '../../kit/Connection.js';
import { enumType } from '../../kit/enumType.js';
import { PageArguments } from '../../kit/PageArguments.js';
import type { ListOrder } from '../../kit/readPages.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { Case } from '../entities/Case.js';
import { CaseMessage, CaseMessageConnection } from '../entities/CaseMessage.js';

const CaseMessageOrderBy = enumType('CaseMessageOrderBy', 'An order of messages.', {
  SENT_AT_ASC: 'As the conversation went.',
  SENT_AT_DESC: 'The latest first.',
});
type CaseMessageOrderBy = keyof typeof CaseMessageOrderBy;

const ORDERS: Record<CaseMessageOrderBy, ListOrder> = {
  SENT_AT_ASC: { by: 't.sent_at', type: 'timestamptz', direction: 'ASC' },
  SENT_AT_DESC: { by: 't.sent_at', type: 'timestamptz', direction: 'DESC' },
};

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
}
