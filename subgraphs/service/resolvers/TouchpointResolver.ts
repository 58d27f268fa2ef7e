import { Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Case } from '../entities/Case.js';
import { CaseMessage } from '../entities/CaseMessage.js';
import { Touchpoint } from '../entities/Touchpoint.js';

@Resolver(() => Touchpoint)
export class TouchpointResolver {
  @Directive('@requires(fields: "source { type id }")')
  @FieldResolver(() => Case, {
    nullable: true,
    description:
      'The case that it is about: that of a `source` of type `Case` or `CaseMessage`; null when it is about anything else.',
  })
  async case(@Root() { source }: Touchpoint, @Ctx() context: RequestContext): Promise<Case | null> {
    if (source?.type === 'Case') return context.byId(Case, source.id);
    if (source?.type !== 'CaseMessage') return null;
    const message = await context.byId(CaseMessage, source.id);
    return context.byId(Case, message?.caseId);
  }
}
