import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** The customer as touchpoints sees it: identity owns it, touchpoints adds fields to it. */
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'A person or an organization that we deal with, whole: each department adds its part.',
  simpleResolvers: true,
})
export class Customer {
  @Field(() => ID, { description: 'The one id of this customer in every department. A UUID.' })
  id: string;

  constructor(id: string) {
    this.id = id;
  }
}
