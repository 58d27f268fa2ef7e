import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { validate as isUuid } from 'uuid';

@Directive('@key(fields: "id")')
@ObjectType({
  description: 'A person or an organization that we deal with, whole: each department adds its part.',
  simpleResolvers: true,
})
export class Customer {
  @Field(() => ID, { description: 'The one id of this customer in every department. A UUID.' })
  id: string;
}

/** The customer with this id, in its canonical spelling, whether identity knows it or not; null when it is no UUID. */
export function customerStub(id: unknown): Customer | null {
  return typeof id === 'string' && isUuid(id) ? Object.assign(new Customer(), { id: id.toLowerCase() }) : null;
}
