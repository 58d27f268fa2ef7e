import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../kit/serve/RequestContext.js';
import { readTextSentiment } from '../readSentiment.js';
import { SentimentBucket, TextSentiment } from '../SentimentTrend.js';

@Resolver(() => SentimentBucket)
export class SentimentBucketResolver {
  @FieldResolver(() => TextSentiment, {
    nullable: true,
    description: "What feeling there is in what they wrote then; of the period's latest 200 verbatims.",
  })
  text(@Root() { key, from }: SentimentBucket, @Ctx() context: RequestContext): Promise<TextSentiment> {
    return readTextSentiment(context, key, from);
  }
}
