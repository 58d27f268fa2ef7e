import { Directive, Field, ObjectType } from 'type-graphql';

@Directive('@shareable')
@ObjectType({
  description: 'Where a page stands in its list (Relay cursor connections). Lists are read forwards.',
  simpleResolvers: true,
})
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follow: give `endCursor` as `after` to read them.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether the page was asked for with `after`, so that others lie before it.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: "The first row's cursor; null on an empty page." })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: "The last row's cursor; null on an empty page." })
  endCursor: string | null;
}
