import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Case } from '../entities/Case.js';
import { Goodwill } from '../entities/Goodwill.js';

@Resolver(() => Goodwill)
export class GoodwillResolver {
  @FieldResolver(() => Case, { nullable: true, description: 'The case for which it was granted, when there was one.' })
  case(@Root() parent: Goodwill, @Ctx() context: RequestContext): Promise<Case | null> {
    return context.byId(Case, parent.caseId);
  }
}
