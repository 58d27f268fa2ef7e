import { ArgsType, Field, Int } from 'type-graphql';

/** How many rows a page has when the caller does not say. */
const DEFAULT_PAGE_SIZE = 20;

/** The longest page. */
export const MAX_PAGE_SIZE = 100;

@ArgsType()
export class PageArguments {
  @Field(() => Int, { defaultValue: DEFAULT_PAGE_SIZE, description: 'How many to return, 1 to 100.' })
  first: number;

  @Field(() => String, {
    nullable: true,
    description: 'The `endCursor` of the page before, to go on behind it. It belongs to one list in one order.',
  })
  after?: string | null;
}
