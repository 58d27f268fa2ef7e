import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { TouchpointSource } from '../../kit/graph/TouchpointSource.js';

/** A touchpoint as service sees it: touchpoints owns it, service shows the case that it is about. */
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'One moment in which a customer and we met, through any channel and with any department.',
  simpleResolvers: true,
})
export class Touchpoint {
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Directive('@external')
  @Field(() => TouchpointSource, { nullable: true, description: 'The thing that it is about.' })
  source: TouchpointSource | null;

  constructor(id: string, source: TouchpointSource | null) {
    this.id = id;
    this.source = source;
  }
}
