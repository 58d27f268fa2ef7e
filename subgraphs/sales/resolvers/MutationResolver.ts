import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { parseInput } from '../../kit/parseInput.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { LogActivityInput, logActivityInput } from '../activityInput.js';
import { Activity } from '../entities/Activity.js';
import { Opportunity } from '../entities/Opportunity.js';
import { logActivity } from '../logActivity.js';
import { moveOpportunity } from '../moveOpportunity.js';
import { openOpportunity } from '../openOpportunity.js';
import { competitorName, lostReasonText, OpenOpportunityInput, openOpportunityInput } from '../opportunityInput.js';
import { OpportunityStage } from '../opportunityStages.js';

@Resolver()
export class MutationResolver {
  @Mutation(() => Opportunity, { description: 'Records a sale that may come about.' })
  openOpportunity(
    @Arg('input', () => OpenOpportunityInput, { description: 'What is known of it.' }) input: OpenOpportunityInput,
    @Ctx() context: RequestContext,
  ): Promise<Opportunity> {
    return openOpportunity(context, parseInput(openOpportunityInput, input, 'input'));
  }

  @Mutation(() => Opportunity, {
    description:
      'Moves an opportunity to another stage. An open one can go to every other stage, forwards or back; WON and LOST are final. Its probability becomes the usual one of the stage, and its stageHistory grows by one.',
  })
  moveOpportunity(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('stage', () => OpportunityStage, { description: 'Where to.' }) stage: OpportunityStage,
    @Arg('lostReason', () => String, {
      nullable: true,
      description: 'Why it was lost, at most 1,000 characters. Needed for LOST, refused otherwise.',
    })
    lostReason: string | null | undefined,
    @Arg('competitor', () => String, {
      nullable: true,
      description: 'Who else is, or was, after it, at most 200 characters. Left out: as it was.',
    })
    competitor: string | null | undefined,
    @Arg('employeeId', () => ID, { nullable: true, description: 'Who moves it, for the history.' })
    employeeId: string | null | undefined,
    @Arg('expectedVersion', () => Int, {
      nullable: true,
      description:
        'The version that you have seen; when it has changed since, nothing is written and the error is CONFLICT.',
    })
    expectedVersion: number | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Opportunity> {
    const move = {
      stage,
      lostReason: parseInput(lostReasonText, lostReason, 'lostReason') ?? null,
      competitor: parseInput(competitorName, competitor, 'competitor') ?? null,
      employeeId: employeeId ?? null,
    };
    return moveOpportunity(context, id, move, expectedVersion ?? null);
  }

  @Mutation(() => Activity, { description: 'Records what a salesperson did, and what follows from it.' })
  logActivity(
    @Arg('input', () => LogActivityInput, { description: 'What was done.' }) input: LogActivityInput,
    @Ctx() context: RequestContext,
  ): Promise<Activity> {
    return logActivity(context, parseInput(logActivityInput, input, 'input'));
  }
}
