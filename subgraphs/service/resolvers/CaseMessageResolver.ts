import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Case } from '../entities/Case.js';
import { CaseMessage } from '../entities/CaseMessage.js';

@Resolver(() => CaseMessage)
export class CaseMessageResolver {
  @FieldResolver(() => Case, { nullable: true, description: 'The case to which it belongs.' })
  case(@Root() parent: CaseMessage, @Ctx() context: RequestContext): Promise<Case | null> {
    return context.byId(Case, parent.caseId);
  }
}
