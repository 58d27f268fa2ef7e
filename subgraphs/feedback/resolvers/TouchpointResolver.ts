import { Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { Review } from '../entities/Review.js';
import { SurveyResponse } from '../entities/SurveyResponse.js';
import { Touchpoint } from '../entities/Touchpoint.js';

@Resolver(() => Touchpoint)
export class TouchpointResolver {
  @Directive('@requires(fields: "source { type id }")')
  @FieldResolver(() => SurveyResponse, {
    nullable: true,
    description:
      'The answer to a survey that it is about: that of a `source` of type `SurveyResponse`; null when it is about anything else.',
  })
  response(@Root() { source }: Touchpoint, @Ctx() context: RequestContext): Promise<SurveyResponse | null> | null {
    return source?.type === 'SurveyResponse' ? context.byId(SurveyResponse, source.id) : null;
  }

  @Directive('@requires(fields: "source { type id }")')
  @FieldResolver(() => Review, {
    nullable: true,
    description: 'The review that it was: that of a `source` of type `Review`; null when it is about anything else.',
  })
  review(@Root() { source }: Touchpoint, @Ctx() context: RequestContext): Promise<Review | null> | null {
    return source?.type === 'Review' ? context.byId(Review, source.id) : null;
  }
}
