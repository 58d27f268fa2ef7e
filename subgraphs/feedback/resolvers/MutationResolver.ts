import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { IdempotencyKey } from '../../kit/graph/IdempotencyKey.js';
import { parseInput } from '../../kit/graph/parseInput.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { closeLoop } from '../closeLoop.js';
import { CloseLoopInput, closeLoopInput } from '../closeLoopInput.js';
import { closeSurvey } from '../closeSurvey.js';
import { RecordCompetitorRatingInput, recordCompetitorRatingInput } from '../competitorRatingInput.js';
import { createSurvey } from '../createSurvey.js';
import { RecordEmployeeSurveyInput, recordEmployeeSurveyInput } from '../employeeSurveyInput.js';
import { CompetitorRating } from '../entities/CompetitorRating.js';
import { EmployeeSurvey } from '../entities/EmployeeSurvey.js';
import { Referral } from '../entities/Referral.js';
import { Review } from '../entities/Review.js';
import { Survey } from '../entities/Survey.js';
import { SurveyResponse } from '../entities/SurveyResponse.js';
import { recordCompetitorRating } from '../recordCompetitorRating.js';
import { recordEmployeeSurvey } from '../recordEmployeeSurvey.js';
import { recordReferral } from '../recordReferral.js';
import { recordReview } from '../recordReview.js';
import { RecordReferralInput, recordReferralInput } from '../referralInput.js';
import { RecordReviewInput, recordReviewInput } from '../reviewInput.js';
import { submitSurveyResponse } from '../submitSurveyResponse.js';
import { CreateSurveyInput, createSurveyInput } from '../surveyInput.js';
import { SubmitSurveyResponseInput, submitSurveyResponseInput } from '../surveyResponseInput.js';

@Resolver()
export class MutationResolver {
  @Mutation(() => Survey, { description: 'Makes a survey, which takes responses at once.' })
  createSurvey(
    @Arg('input', () => CreateSurveyInput, { description: 'The question.' }) input: CreateSurveyInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Survey> {
    const once = { key: idempotencyKey, mutation: 'createSurvey', input: { input } };
    return createSurvey(context, parseInput(createSurveyInput, input, 'input'), once);
  }

  @Mutation(() => Survey, {
    description: 'Closes a survey: it takes no more responses and keeps those it has. A closed survey stays closed.',
  })
  closeSurvey(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Arg('expectedVersion', () => Int, {
      nullable: true,
      description:
        'The version that you have seen; when it has changed since, nothing is written and the error is CONFLICT.',
    })
    expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Survey> {
    const once = { key: idempotencyKey, mutation: 'closeSurvey', input: { id, expectedVersion } };
    return closeSurvey(context, id, expectedVersion ?? null, once);
  }

  @Mutation(() => SurveyResponse, {
    description: 'Records what a customer answered. They may answer the same survey again, after another experience.',
  })
  submitSurveyResponse(
    @Arg('input', () => SubmitSurveyResponseInput, { description: 'The answer.' }) input: SubmitSurveyResponseInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<SurveyResponse> {
    const once = { key: idempotencyKey, mutation: 'submitSurveyResponse', input: { input } };
    return submitSurveyResponse(context, parseInput(submitSurveyResponseInput, input, 'input'), once);
  }

  @Mutation(() => SurveyResponse, {
    description:
      'Notes that somebody followed up what a detractor (NPS 0 to 6) said: the loop goes from OPEN to CLOSED, once. Other responses have no loop.',
  })
  closeLoop(
    @Arg('responseId', () => ID, { description: 'The response of a detractor.' }) responseId: string,
    @Arg('input', () => CloseLoopInput, { description: 'Who followed up, and how it went.' }) input: CloseLoopInput,
    @Arg('expectedVersion', () => Int, {
      nullable: true,
      description:
        'The version that you have seen; when it has changed since, nothing is written and the error is CONFLICT.',
    })
    expectedVersion: number | null | undefined,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<SurveyResponse> {
    const once = { key: idempotencyKey, mutation: 'closeLoop', input: { responseId, input, expectedVersion } };
    return closeLoop(context, responseId, parseInput(closeLoopInput, input, 'input'), expectedVersion ?? null, once);
  }

  @Mutation(() => Review, { description: 'Records what somebody said about us in public.' })
  recordReview(
    @Arg('input', () => RecordReviewInput, { description: 'The review.' }) input: RecordReviewInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Review> {
    const once = { key: idempotencyKey, mutation: 'recordReview', input: { input } };
    return recordReview(context, parseInput(recordReviewInput, input, 'input'), once);
  }

  @Mutation(() => CompetitorRating, {
    description: 'Records how a customer sees a competitor in one experience, and us beside them.',
  })
  recordCompetitorRating(
    @Arg('input', () => RecordCompetitorRatingInput, { description: 'The rating.' }) input: RecordCompetitorRatingInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<CompetitorRating> {
    const once = { key: idempotencyKey, mutation: 'recordCompetitorRating', input: { input } };
    return recordCompetitorRating(context, parseInput(recordCompetitorRatingInput, input, 'input'), once);
  }

  @Mutation(() => EmployeeSurvey, {
    description: 'Records what an employee answered about working here; once a kind and period.',
  })
  recordEmployeeSurvey(
    @Arg('input', () => RecordEmployeeSurveyInput, { description: 'The answer.' }) input: RecordEmployeeSurveyInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<EmployeeSurvey> {
    const once = { key: idempotencyKey, mutation: 'recordEmployeeSurvey', input: { input } };
    return recordEmployeeSurvey(context, parseInput(recordEmployeeSurveyInput, input, 'input'), once);
  }

  @Mutation(() => Referral, { description: 'Records that a customer brought us another; once for each pair.' })
  recordReferral(
    @Arg('input', () => RecordReferralInput, { description: 'Who brought whom.' }) input: RecordReferralInput,
    @IdempotencyKey() idempotencyKey: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Referral> {
    const once = { key: idempotencyKey, mutation: 'recordReferral', input: { input } };
    return recordReferral(context, parseInput(recordReferralInput, input, 'input'), once);
  }
}
