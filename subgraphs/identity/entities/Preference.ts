import { Field, InputType, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTime } from '../../kit/graph/DateTime.js';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('preference')
@OwnedBy.columns('customerId')
@KeyOfCustomer(['label'], 'updatedAt')
@OnErasure.deleteRow
@ObjectType({
  description: 'How somebody likes things: what a good shopkeeper knows of each customer.',
  simpleResolvers: true,
})
export class Preference {
  @PrimaryColumn('uuid', { name: 'customer_id' })
  customerId: string;

  @PrimaryColumn('text')
  @Field(() => String, { description: 'What it is about: `meat`, `delivery`. One note for each.' })
  label: string;

  @Column('text')
  @Field(() => String, { description: 'How they like it: `likes it trimmed this way`.' })
  note: string;

  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it was last said.' })
  updatedAt: Date;
}

@InputType({ description: 'How somebody likes things.' })
export class PreferenceInput {
  @Field(() => String, { description: 'What it is about. At most 100 characters.' })
  label: string;

  @Field(() => String, { description: 'How they like it. At most 2,000 characters.' })
  note: string;
}
