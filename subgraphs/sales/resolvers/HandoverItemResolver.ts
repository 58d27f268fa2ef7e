import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Activity } from '../entities/Activity.js';
import { HandoverItem } from '../entities/HandoverItem.js';
import { Lead } from '../entities/Lead.js';
import { Opportunity } from '../entities/Opportunity.js';

@Resolver(() => HandoverItem)
export class HandoverItemResolver {
  @FieldResolver(() => Opportunity, {
    nullable: true,
    description: 'The opportunity as it is now, for an OPPORTUNITY.',
  })
  opportunity(@Root() { kind, itemId }: HandoverItem, @Ctx() context: RequestContext): Promise<Opportunity | null> {
    return context.byId(Opportunity, kind === 'OPPORTUNITY' ? itemId : null);
  }

  @FieldResolver(() => Activity, {
    nullable: true,
    description: 'The activity with its next step as it is now, for a NEXT_STEP.',
  })
  activity(@Root() { kind, itemId }: HandoverItem, @Ctx() context: RequestContext): Promise<Activity | null> {
    return context.byId(Activity, kind === 'NEXT_STEP' ? itemId : null);
  }

  @FieldResolver(() => Lead, { nullable: true, description: 'The lead as it is now, for a LEAD.' })
  lead(@Root() { kind, itemId }: HandoverItem, @Ctx() context: RequestContext): Promise<Lead | null> {
    return context.byId(Lead, kind === 'LEAD' ? itemId : null);
  }
}
