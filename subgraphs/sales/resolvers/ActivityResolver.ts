import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Activity } from '../entities/Activity.js';
import { ActivityDocument } from '../entities/ActivityDocument.js';
import { Opportunity } from '../entities/Opportunity.js';
import { documentsOf } from '../loaders.js';

@Resolver(() => Activity)
export class ActivityResolver {
  @FieldResolver(() => Opportunity, { nullable: true, description: 'The opportunity that it was about.' })
  opportunity(@Root() activity: Activity, @Ctx() context: RequestContext): Promise<Opportunity | null> {
    return context.byId(Opportunity, activity.opportunityId);
  }

  @RequiresScopes(SCOPES.readPersonalData)
  @FieldResolver(() => [ActivityDocument], {
    nullable: true,
    description: 'What was shown, sent or signed. At most 20.',
  })
  documents(@Root() activity: Activity, @Ctx() context: RequestContext): Promise<readonly ActivityDocument[]> {
    return context.load(documentsOf, activity.id);
  }
}
