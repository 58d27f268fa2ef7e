import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** The employee as touchpoints sees them: identity owns them, touchpoints adds a field to them. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Somebody of ours who deals with customers.', simpleResolvers: true })
export class Employee {
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  constructor(id: string) {
    this.id = id;
  }
}
