import { validate as isUuid } from 'uuid';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A customer. identity owns who it is; marketing adds its part.', simpleResolvers: true })
export class Customer {
  @Field(() => ID, { description: 'The one id of this customer in every department. A UUID.' })
  id: string;
}

/** The customer with this id, in canonical form; null when it is no UUID. Whether it exists, identity knows. */
export function customerStub(id: unknown): Customer | null {
  return typeof id === 'string' && isUuid(id) ? Object.assign(new Customer(), { id: id.toLowerCase() }) : null;
}
