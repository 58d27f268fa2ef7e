import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Connection } from '../../kit/Connection.js';
import { PageArguments } from '../../kit/PageArguments.js';
import { parseInput } from '../../kit/parseInput.js';
import type { RequestContext } from '../../kit/RequestContext.js';
import { Review, ReviewConnection } from '../entities/Review.js';
import { Survey, SurveyConnection } from '../entities/Survey.js';
import { SurveyResponse, SurveyResponseConnection } from '../entities/SurveyResponse.js';
import { NpsGroupBy, NpsSummary } from '../NpsSummary.js';
import { summarizeNps } from '../summarizeNps.js';
import { FeedbackPeriodInput, period as validPeriod } from '../periodInput.js';
import { REVIEW_ORDERS, reviewConditions, ReviewFilter, ReviewOrderBy } from '../reviewList.js';
import { SURVEY_ORDERS, surveyConditions, SurveyFilter, SurveyOrderBy } from '../surveyList.js';
import {
  SURVEY_RESPONSE_ORDERS,
  surveyResponseConditions,
  SurveyResponseFilter,
  SurveyResponseOrderBy,
} from '../surveyResponseList.js';

@Resolver()
export class QueryResolver {
  @Query(() => Survey, { nullable: true, description: 'A survey by id; null when there is none.' })
  survey(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Survey | null> {
    return context.byId(Survey, id);
  }

  @Query(() => SurveyConnection, { description: 'Surveys, filtered and sorted.' })
  surveys(
    @Arg('filter', () => SurveyFilter, { nullable: true, description: 'Which.' })
    filter: SurveyFilter | null | undefined,
    @Arg('orderBy', () => SurveyOrderBy, { defaultValue: 'CREATED_AT_DESC', description: 'In which order.' })
    orderBy: SurveyOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Survey>> {
    const where = surveyConditions(filter);
    return context.page({ entity: Survey, where, orderName: orderBy, order: SURVEY_ORDERS[orderBy], page });
  }

  @Query(() => SurveyResponse, { nullable: true, description: 'A survey response by id; null when there is none.' })
  surveyResponse(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<SurveyResponse | null> {
    return context.byId(SurveyResponse, id);
  }

  @Query(() => SurveyResponseConnection, { description: 'Survey responses of all customers, filtered and sorted.' })
  surveyResponses(
    @Arg('filter', () => SurveyResponseFilter, { nullable: true, description: 'Which.' })
    filter: SurveyResponseFilter | null | undefined,
    @Arg('orderBy', () => SurveyResponseOrderBy, {
      defaultValue: 'RESPONDED_AT_DESC',
      description: 'In which order.',
    })
    orderBy: SurveyResponseOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<SurveyResponse>> {
    const where = surveyResponseConditions(filter);
    const order = SURVEY_RESPONSE_ORDERS[orderBy];
    return context.page({ entity: SurveyResponse, where, orderName: orderBy, order, page });
  }

  @Query(() => Review, { nullable: true, description: 'A review by id; null when there is none.' })
  review(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Review | null> {
    return context.byId(Review, id);
  }

  @Query(() => ReviewConnection, { description: 'Reviews, filtered and sorted.' })
  reviews(
    @Arg('filter', () => ReviewFilter, { nullable: true, description: 'Which.' })
    filter: ReviewFilter | null | undefined,
    @Arg('orderBy', () => ReviewOrderBy, { defaultValue: 'PUBLISHED_AT_DESC', description: 'In which order.' })
    orderBy: ReviewOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Review>> {
    const where = reviewConditions(filter);
    return context.page({ entity: Review, where, orderName: orderBy, order: REVIEW_ORDERS[orderBy], page });
  }

  @Query(() => NpsSummary, {
    description:
      'The NPS of all customers in a period, by group, with its confidence interval; against a period before, the change is taken apart into mix (who answered) and rate (how they scored), so that a total that falls while every group rises is explained.',
  })
  npsSummary(
    @Arg('period', () => FeedbackPeriodInput, { description: 'Which responses, by when they answered.' })
    period: FeedbackPeriodInput,
    @Arg('compareTo', () => FeedbackPeriodInput, {
      nullable: true,
      description: 'The period before, to explain the change since.',
    })
    compareTo: FeedbackPeriodInput | null | undefined,
    @Arg('groupBy', () => NpsGroupBy, { defaultValue: 'RESPONDENT_GROUP', description: 'By what to divide it.' })
    groupBy: NpsGroupBy,
    @Ctx() context: RequestContext,
  ): Promise<NpsSummary> {
    const after = parseInput(validPeriod, period, 'period');
    const before = compareTo ? parseInput(validPeriod, compareTo, 'compareTo') : null;
    return summarizeNps(context, groupBy, after, before);
  }
}
