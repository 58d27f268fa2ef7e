import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'Somebody of ours who deals with customers.', simpleResolvers: true })
export class Employee {
  @Field(() => ID, { description: 'A UUID.' })
  id: string;
}

/** The employee with this id; null when there is no id. */
export function employeeStub(id: string | null): Employee | null {
  return id === null ? null : Object.assign(new Employee(), { id });
}
