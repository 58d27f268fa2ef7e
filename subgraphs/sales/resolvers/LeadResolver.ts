import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Lead } from '../entities/Lead.js';
import { Opportunity } from '../entities/Opportunity.js';

@Resolver(() => Lead)
export class LeadResolver {
  @FieldResolver(() => Opportunity, { nullable: true, description: 'What it became; null when it is not CONVERTED.' })
  opportunity(@Root() lead: Lead, @Ctx() context: RequestContext): Promise<Opportunity | null> {
    return context.byId(Opportunity, lead.opportunityId);
  }
}
