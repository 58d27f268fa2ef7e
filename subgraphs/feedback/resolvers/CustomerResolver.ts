import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Cost } from '../../kit/graph/Cost.js';
import type { Connection } from '../../kit/graph/Connection.js';
import { ScoreMetric } from '../../kit/graph/metrics.js';
import { PageArguments } from '../../kit/graph/PageArguments.js';
import { parseInput } from '../../kit/graph/parseInput.js';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { COMPETITOR_RATING_ORDERS, CompetitorRatingOrderBy } from '../competitorRatingList.js';
import { Customer } from '../entities/Customer.js';
import { CompetitorRating, CompetitorRatingConnection } from '../entities/CompetitorRating.js';
import { Referral, ReferralConnection } from '../entities/Referral.js';
import { Review, ReviewConnection } from '../entities/Review.js';
import { SurveyResponse, SurveyResponseConnection } from '../entities/SurveyResponse.js';
import { ExperienceSentiment, readExperiences } from '../experienceSentiment.js';
import { responseFiguresOf } from '../loaders.js';
import { effort, EffortMetric, NpsMetric, npsScore, satisfaction } from '../responseMetrics.js';
import { FeedbackPeriodInput, period as validPeriod } from '../periodInput.js';
import { lastYear, readSentimentTrend } from '../readSentiment.js';
import { REFERRAL_ORDERS, ReferralOrderBy } from '../referralList.js';
import { REVIEW_ORDERS, ReviewOrderBy } from '../reviewList.js';
import { SentimentTrend, TrendInterval } from '../SentimentTrend.js';
import {
  SURVEY_RESPONSE_ORDERS,
  surveyResponseConditions,
  SurveyResponseFilter,
  SurveyResponseOrderBy,
} from '../surveyResponseList.js';

@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => SurveyResponseConnection, { nullable: true, description: 'What they answered to our surveys.' })
  responses(
    @Root() customer: Customer,
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
    return context.page(
      { entity: SurveyResponse, where, orderName: orderBy, order: SURVEY_RESPONSE_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => ReviewConnection, { nullable: true, description: 'What we know them to have said in public.' })
  reviews(
    @Root() customer: Customer,
    @Arg('orderBy', () => ReviewOrderBy, { defaultValue: 'PUBLISHED_AT_DESC', description: 'In which order.' })
    orderBy: ReviewOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Review>> {
    return context.page(
      { entity: Review, where: [], orderName: orderBy, order: REVIEW_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => CompetitorRatingConnection, {
    nullable: true,
    description: 'What they think of our competitors, and of us beside them.',
  })
  competitorRatings(
    @Root() customer: Customer,
    @Arg('orderBy', () => CompetitorRatingOrderBy, { defaultValue: 'RATED_AT_DESC', description: 'In which order.' })
    orderBy: CompetitorRatingOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<CompetitorRating>> {
    return context.page(
      { entity: CompetitorRating, where: [], orderName: orderBy, order: COMPETITOR_RATING_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => ReferralConnection, { nullable: true, description: 'Whom they brought to us.' })
  referrals(
    @Root() customer: Customer,
    @Arg('orderBy', () => ReferralOrderBy, { defaultValue: 'REFERRED_AT_DESC', description: 'In which order.' })
    orderBy: ReferralOrderBy,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Referral>> {
    return context.page(
      { entity: Referral, where: [], orderName: orderBy, order: REFERRAL_ORDERS[orderBy], page },
      { column: 'customer_id', id: customer.id },
    );
  }

  @FieldResolver(() => NpsMetric, {
    nullable: true,
    description: 'Whether they recommend us: their net promoter score, and the category of their latest response.',
  })
  async npsScore(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<NpsMetric> {
    return npsScore(await context.load(responseFiguresOf, customer.id));
  }

  @FieldResolver(() => ScoreMetric, {
    nullable: true,
    description:
      'How satisfied they are, 0 to 100: 100 x (CSAT responses with a score of 4 or 5) / (all their CSAT responses).',
  })
  async satisfaction(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<ScoreMetric> {
    return satisfaction(await context.load(responseFiguresOf, customer.id));
  }

  @FieldResolver(() => EffortMetric, {
    nullable: true,
    description: 'How easy we make it for them: the mean of their CES responses, with the share of 5 to 7.',
  })
  async effort(@Root() customer: Customer, @Ctx() context: RequestContext): Promise<EffortMetric> {
    return effort(await context.load(responseFiguresOf, customer.id));
  }

  @Cost(10)
  @FieldResolver(() => SentimentTrend, {
    nullable: true,
    description: 'How they felt about us over time, by their responses to surveys.',
  })
  sentimentTrend(
    @Root() customer: Customer,
    @Arg('period', () => FeedbackPeriodInput, { nullable: true, description: 'When. The last 365 days by default.' })
    period: FeedbackPeriodInput | null | undefined,
    @Arg('interval', () => TrendInterval, { defaultValue: 'MONTH', description: 'How long each step is.' })
    interval: TrendInterval,
    @Ctx() context: RequestContext,
  ): Promise<SentimentTrend> {
    const within = period ? parseInput(validPeriod, period, 'period') : lastYear();
    return readSentimentTrend(context, customer.id, within, interval);
  }

  @Cost(3)
  @FieldResolver(() => [ExperienceSentiment], {
    nullable: true,
    description: 'The experiences that they gave more bad scores than good, the worst first.',
  })
  frictionPoints(
    @Root() customer: Customer,
    @Arg('first', () => Int, { defaultValue: 3, description: 'How many at most, 1 to 10.' }) first: number,
    @Ctx() context: RequestContext,
  ): Promise<ExperienceSentiment[]> {
    return readExperiences(context, customer.id, 'low', first);
  }

  @Cost(3)
  @FieldResolver(() => [ExperienceSentiment], {
    nullable: true,
    description: 'The experiences that they gave more good scores than bad, the best first.',
  })
  delightMoments(
    @Root() customer: Customer,
    @Arg('first', () => Int, { defaultValue: 3, description: 'How many at most, 1 to 10.' }) first: number,
    @Ctx() context: RequestContext,
  ): Promise<ExperienceSentiment[]> {
    return readExperiences(context, customer.id, 'high', first);
  }
}
