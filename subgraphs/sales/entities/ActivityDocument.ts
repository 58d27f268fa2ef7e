import { Field, InputType, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';
import { Activity } from './Activity.js';

/** How many documents an activity can have. */
export const MAX_DOCUMENTS = 20;

@Entity('activity_document')
@OwnedBy.through('activityId', () => Activity)
@OnErasure.deleteRow
@ObjectType({
  description: 'A document that belongs to an activity. It stays where it is: we keep its address.',
  simpleResolvers: true,
})
export class ActivityDocument {
  @PrimaryColumn('uuid', { name: 'activity_id' })
  activityId: string;

  /** 0 is the first. */
  @PrimaryColumn('integer')
  position: number;

  @Column('text')
  @Field(() => String, { description: 'What it is called. At most 200 characters.' })
  name: string;

  @Column('text')
  @Field(() => String, { description: 'Where it lies: an http or https address.' })
  url: string;

  @Column('text', { name: 'mime_type', nullable: true })
  @Field(() => String, { nullable: true, description: 'Its media type, such as `application/pdf`.' })
  mimeType: string | null;
}

@InputType({ description: 'A document that belongs to an activity.' })
export class ActivityDocumentInput {
  @Field(() => String, { description: 'What it is called. At most 200 characters.' })
  name: string;

  @Field(() => String, { description: 'Where it lies: an http or https address of at most 2,000 characters.' })
  url: string;

  @Field(() => String, { nullable: true, description: 'Its media type, such as `application/pdf`.' })
  mimeType?: string | null;
}
