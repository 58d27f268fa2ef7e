import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** Where a touchpoint comes from. In the kit because every subgraph that adds its detail to a touchpoint requires it. */
@Directive('@shareable')
@ObjectType({
  description:
    'The thing that a touchpoint is about, in whichever system holds it. A subgraph that knows it shows it on the touchpoint: `order`, `case`.',
  simpleResolvers: true,
})
export class TouchpointSource {
  @Field(() => String, {
    description:
      "What it is: the name of a type of this graph (`Order`, `Case`), or a name of another system's own (`pbx.call`).",
  })
  type: string;

  @Field(() => ID, { description: 'Its id there.' })
  id: string;
}
