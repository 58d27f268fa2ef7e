import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import { Cost } from '../../kit/graph/Cost.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import { parseInput } from '../../kit/graph/parseInput.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { CompetitorRating, CompetitorRatingConnection } from '../entities/CompetitorRating.js';
import { EmployeeSurvey, EmployeeSurveyConnection } from '../entities/EmployeeSurvey.js';
import { Referral, ReferralConnection } from '../entities/Referral.js';
import { Review, ReviewConnection } from '../entities/Review.js';
import { Survey, SurveyConnection } from '../entities/Survey.js';
import { SurveyResponse, SurveyResponseConnection } from '../entities/SurveyResponse.js';
import {
  COMPETITOR_RATING_ORDERS,
  competitorRatingConditions,
  CompetitorRatingFilter,
  CompetitorRatingOrderBy,
} from '../competitorRatingList.js';
import {
  EMPLOYEE_SURVEY_ORDERS,
  employeeSurveyConditions,
  EmployeeSurveyFilter,
  EmployeeSurveyOrderBy,
} from '../employeeSurveyList.js';
import { OPEN_LOOP, OPEN_LOOP_ORDER } from '../openLoopList.js';
import { REFERRAL_ORDERS, ReferralOrderBy } from '../referralList.js';
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

  @Query(() => SurveyResponseConnection, {
    description:
      'The responses of detractors (NPS 0 to 6) that nobody has followed up; who has waited longest comes first.',
  })
  openLoops(
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<SurveyResponse>> {
    const list = { where: [OPEN_LOOP], orderName: 'OPEN_LOOP', order: OPEN_LOOP_ORDER };
    return context.page({ entity: SurveyResponse, ...list, page });
  }

  @Query(() => CompetitorRating, { nullable: true, description: 'A competitor rating by id; null when there is none.' })
  competitorRating(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<CompetitorRating | null> {
    return context.byId(CompetitorRating, id);
  }

  @Query(() => CompetitorRatingConnection, {
    description: 'What customers think of our competitors, filtered and sorted.',
  })
  competitorRatings(
    @Arg('filter', () => CompetitorRatingFilter, { nullable: true, description: 'Which.' })
    filter: CompetitorRatingFilter | null | undefined,
    @Arg('orderBy', () => CompetitorRatingOrderBy, { defaultValue: 'RATED_AT_DESC', description: 'In which order.' })
    orderBy: CompetitorRatingOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<CompetitorRating>> {
    const where = competitorRatingConditions(filter);
    const order = COMPETITOR_RATING_ORDERS[orderBy];
    return context.page({ entity: CompetitorRating, where, orderName: orderBy, order, page });
  }

  @Query(() => EmployeeSurvey, { nullable: true, description: "An employee's answer by id; null when there is none." })
  employeeSurvey(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<EmployeeSurvey | null> {
    return context.byId(EmployeeSurvey, id);
  }

  @Query(() => EmployeeSurveyConnection, {
    description: 'What employees answered about working here, filtered and sorted.',
  })
  employeeSurveys(
    @Arg('filter', () => EmployeeSurveyFilter, { nullable: true, description: 'Which.' })
    filter: EmployeeSurveyFilter | null | undefined,
    @Arg('orderBy', () => EmployeeSurveyOrderBy, { defaultValue: 'ANSWERED_AT_DESC', description: 'In which order.' })
    orderBy: EmployeeSurveyOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<EmployeeSurvey>> {
    const where = employeeSurveyConditions(filter);
    const order = EMPLOYEE_SURVEY_ORDERS[orderBy];
    return context.page({ entity: EmployeeSurvey, where, orderName: orderBy, order, page });
  }

  @Query(() => Referral, { nullable: true, description: 'A referral by id; null when there is none.' })
  referral(
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<Referral | null> {
    return context.byId(Referral, id);
  }

  @Query(() => ReferralConnection, { description: 'Who brought us whom, sorted.' })
  referrals(
    @Arg('orderBy', () => ReferralOrderBy, { defaultValue: 'REFERRED_AT_DESC', description: 'In which order.' })
    orderBy: ReferralOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Referral>> {
    const where: never[] = [];
    const order = REFERRAL_ORDERS[orderBy];
    return context.page({ entity: Referral, where, orderName: orderBy, order, page });
  }

  @Cost(50)
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
