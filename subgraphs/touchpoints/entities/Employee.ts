import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** A pointer to an employee; identity owns everything about them. */
@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'Somebody of ours who deals with customers.', simpleResolvers: true })
export class Employee {
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  constructor(id: string) {
    this.id = id;
  }
}
