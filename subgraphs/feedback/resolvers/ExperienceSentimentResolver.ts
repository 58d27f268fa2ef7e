import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { SurveyResponse } from '../entities/SurveyResponse.js';
import { ExperienceSentiment, readVerbatims } from '../experienceSentiment.js';

@Resolver(() => ExperienceSentiment)
export class ExperienceSentimentResolver {
  @FieldResolver(() => [SurveyResponse], {
    nullable: true,
    description: 'Their responses about it that say something in words, the latest first; at most three.',
  })
  verbatims(@Root() experience: ExperienceSentiment, @Ctx() context: RequestContext): Promise<SurveyResponse[]> {
    return readVerbatims(context, experience);
  }
}
