import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const TraitKind = enumType('TraitKind', 'What a trait tells of a customer.', {
  DEMOGRAPHIC: 'Facts of life: age, income, occupation, size of the household.',
  CULTURAL: 'Customs and values: language, religion, region of origin.',
  SOCIOLOGICAL: 'Place among others: social class, reference groups, role in the family.',
  BEHAVIOURAL: 'What they do: how they buy, how often, what they use.',
});
export type TraitKind = keyof typeof TraitKind;

@Entity('trait')
@OwnedBy.columns('customerId')
@KeyOfCustomer(['name', 'source'], 'observedAt')
@OnErasure.deleteRow
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'Something that one source has observed of a customer: the latest value of that name from that source.',
  simpleResolvers: true,
})
export class Trait {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @Column('text')
  @Field(() => String, { description: 'What was observed: `age_group`. A customer has one of a name for each source.' })
  name: string;

  @Column('text')
  @Field(() => TraitKind, { description: 'What it tells of the customer.' })
  kind: TraitKind;

  @Column('text')
  @Field(() => String, { description: 'The value, as text: `35-44`.' })
  value: string;

  @Column('text')
  @Field(() => String, { description: 'Who observed it: `loyalty programme`, `survey 2026`.' })
  source: string;

  /** The row's key in the source, for imports that come again. */
  @Column('text', { name: 'source_key', nullable: true })
  sourceKey: string | null;

  @Column('timestamptz', { name: 'observed_at' })
  @Field(() => DateTime, { description: 'When the source observed this value.' })
  observedAt: Date;

  @Column('timestamptz', { name: 'updated_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was last changed; null while it never was.' })
  updatedAt: Date | null;

  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change.' })
  version: number;
}

export const TraitConnection = connectionType(Trait, 'Trait');
