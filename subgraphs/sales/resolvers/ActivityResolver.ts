import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/RequestContext.js';
import { Activity } from '../entities/Activity.js';
import { Opportunity } from '../entities/Opportunity.js';

@Resolver(() => Activity)
export class ActivityResolver {
  @FieldResolver(() => Opportunity, { nullable: true, description: 'The opportunity that it was about.' })
  opportunity(@Root() activity: Activity, @Ctx() context: RequestContext): Promise<Opportunity | null> {
    return context.byId(Opportunity, activity.opportunityId);
  }
}
