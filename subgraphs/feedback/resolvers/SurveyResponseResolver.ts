import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Survey } from '../entities/Survey.js';
import { SurveyResponse } from '../entities/SurveyResponse.js';
import { FeedbackLoop, feedbackLoop } from '../feedbackLoop.js';

@Resolver(() => SurveyResponse)
export class SurveyResponseResolver {
  @FieldResolver(() => Survey, { nullable: true, description: 'The survey that they answered.' })
  survey(@Root() response: SurveyResponse, @Ctx() context: RequestContext): Promise<Survey | null> {
    return context.byId(Survey, response.surveyId);
  }

  @FieldResolver(() => FeedbackLoop, {
    nullable: true,
    description: "Whether somebody has followed it up; null for a response that is not a detractor's (NPS 0 to 6).",
  })
  loop(@Root() response: SurveyResponse): FeedbackLoop | null {
    return feedbackLoop(response);
  }
}
