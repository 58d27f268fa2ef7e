import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { parseInput } from '../../kit/parseInput.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { SurveyResponse } from '../entities/SurveyResponse.js';
import { submitSurveyResponse } from '../submitSurveyResponse.js';
import { SubmitSurveyResponseInput, submitSurveyResponseInput } from '../surveyResponseInput.js';

@Resolver()
export class MutationResolver {
  @Mutation(() => SurveyResponse, {
    description: 'Records what a customer answered. They may answer the same survey again, after another experience.',
  })
  submitSurveyResponse(
    @Arg('input', () => SubmitSurveyResponseInput, { description: 'The answer.' }) input: SubmitSurveyResponseInput,
    @Ctx() context: RequestContext,
  ): Promise<SurveyResponse> {
    return submitSurveyResponse(context, parseInput(submitSurveyResponseInput, input, 'input'));
  }
}
