import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { validate as isUuid } from 'uuid';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'Somebody of ours who deals with customers.', simpleResolvers: true })
export class Employee {
  @Field(() => ID, { description: 'A UUID.' })
  id: string;
}

/** The employee with this id, in its canonical spelling, whether identity knows it or not; null when it is no UUID. */
export function employeeStub(id: unknown): Employee | null {
  return typeof id === 'string' && isUuid(id) ? Object.assign(new Employee(), { id: id.toLowerCase() }) : null;
}
