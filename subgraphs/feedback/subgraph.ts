import { defineSubgraph } from '../kit/defineSubgraph.js';
import { Customer, customerStub } from './entities/Customer.js';
import { Review } from './entities/Review.js';
import { Survey } from './entities/Survey.js';
import { SurveyResponse } from './entities/SurveyResponse.js';
import { CreateFeedback1763800000000 } from './migrations/CreateFeedback1763800000000.js';
import { CustomerResolver } from './resolvers/CustomerResolver.js';
import { MutationResolver } from './resolvers/MutationResolver.js';
import { QueryResolver } from './resolvers/QueryResolver.js';
import { SurveyResponseResolver } from './resolvers/SurveyResponseResolver.js';

/** How well are we doing, in the customer's own words: surveys, their responses, public reviews. */
export const feedback = defineSubgraph({
  name: 'feedback',
  port: 4006,
  resolvers: [QueryResolver, MutationResolver, CustomerResolver, SurveyResponseResolver],
  types: [Customer],
  references: {
    Customer: (reference) => customerStub(reference.id),
    Survey: (reference, context) => context.byId(Survey, reference.id),
    SurveyResponse: (reference, context) => context.byId(SurveyResponse, reference.id),
    Review: (reference, context) => context.byId(Review, reference.id),
  },
  entities: [Survey, SurveyResponse, Review],
  migrations: [CreateFeedback1763800000000],
});
