import { SCOPES } from '../../schema/contract.js';
import { defineSubgraph } from '../kit/serve/defineSubgraph.js';
import { touchpointReference } from '../kit/graph/touchpointReference.js';
import { Customer, customerStub } from './entities/Customer.js';
import { CompetitorRating } from './entities/CompetitorRating.js';
import { EmployeeSurvey } from './entities/EmployeeSurvey.js';
import { Referral } from './entities/Referral.js';
import { Review } from './entities/Review.js';
import { Survey } from './entities/Survey.js';
import { SurveyResponse } from './entities/SurveyResponse.js';
import { Touchpoint } from './entities/Touchpoint.js';
import { CompleteFeedback1763900000000 } from './migrations/CompleteFeedback1763900000000.js';
import { CreateFeedback1763800000000 } from './migrations/CreateFeedback1763800000000.js';
import { MarkDemoLinksInFeedback1764000000000 } from './migrations/MarkDemoLinksInFeedback1764000000000.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { ExperienceSentimentResolver } from './resolvers/ExperienceSentimentResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';
import { SentimentBucketResolver } from './resolvers/SentimentBucketResolver.js';
import { SentimentTrendResolver } from './resolvers/SentimentTrendResolver.js';
import { SurveyResponseResolver } from './resolvers/SurveyResponseResolver.js';
import { TouchpointResolver } from './resolvers/TouchpointResolver.js';

/** How well are we doing, in the customer's own words: surveys, reviews, ratings, and the loop closed on a detractor. */
export const feedback = defineSubgraph({
  name: 'feedback',
  port: 4006,
  access: { read: SCOPES.readCustomers, write: SCOPES.writeFeedback },
  resolvers: [
    QueryResolver,
    MutationResolver,
    CustomerResolver,
    SurveyResponseResolver,
    SentimentTrendResolver,
    SentimentBucketResolver,
    ExperienceSentimentResolver,
    TouchpointResolver,
  ],
  types: [Customer, Touchpoint],
  references: {
    Customer: (reference) => customerStub(reference.id),
    Touchpoint: touchpointReference(Touchpoint),
    Survey: (reference, context) => context.byId(Survey, reference.id),
    SurveyResponse: (reference, context) => context.byId(SurveyResponse, reference.id),
    Review: (reference, context) => context.byId(Review, reference.id),
    CompetitorRating: (reference, context) => context.byId(CompetitorRating, reference.id),
    EmployeeSurvey: (reference, context) => context.byId(EmployeeSurvey, reference.id),
    Referral: (reference, context) => context.byId(Referral, reference.id),
  },
  entities: [Survey, SurveyResponse, Review, CompetitorRating, EmployeeSurvey, Referral],
  migrations: [CreateFeedback1763800000000, CompleteFeedback1763900000000, MarkDemoLinksInFeedback1764000000000],
});
