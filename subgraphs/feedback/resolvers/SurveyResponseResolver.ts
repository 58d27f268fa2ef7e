import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/RequestContext.js';
import { Survey } from '../entities/Survey.js';
import { SurveyResponse } from '../entities/SurveyResponse.js';

@Resolver(() => SurveyResponse)
export class SurveyResponseResolver {
  @FieldResolver(() => Survey, { nullable: true, description: 'The survey that they answered.' })
  survey(@Root() response: SurveyResponse, @Ctx() context: RequestContext): Promise<Survey | null> {
    return context.byId(Survey, response.surveyId);
  }
}
