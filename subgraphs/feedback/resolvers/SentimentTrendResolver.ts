import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { readTextSentiment } from '../readSentiment.js';
import { SentimentTrend, TextSentiment } from '../SentimentTrend.js';

@Resolver(() => SentimentTrend)
export class SentimentTrendResolver {
  @FieldResolver(() => TextSentiment, {
    nullable: true,
    description: 'What feeling there is in what they wrote in the period; of the latest 200 verbatims.',
  })
  text(@Root() { key }: SentimentTrend, @Ctx() context: RequestContext): Promise<TextSentiment> {
    return readTextSentiment(context, key, null);
  }
}
