import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** An employee as sales sees them: identity owns them, sales adds what they look after and do. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Somebody of ours who deals with customers.', simpleResolvers: true })
export class Employee {
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  constructor(id: string) {
    this.id = id;
  }
}
