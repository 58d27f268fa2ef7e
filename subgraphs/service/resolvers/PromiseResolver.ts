import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Case } from '../entities/Case.js';
import { ServicePromise } from '../entities/ServicePromise.js';

@Resolver(() => ServicePromise)
export class PromiseResolver {
  @FieldResolver(() => Case, { nullable: true, description: 'The case in which we promised it, when there was one.' })
  case(@Root() parent: ServicePromise, @Ctx() context: RequestContext): Promise<Case | null> {
    return context.byId(Case, parent.caseId);
  }
}
