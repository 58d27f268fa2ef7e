import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Masked } from '../../kit/graph/Masked.js';
import { maskName } from '../../kit/guard/maskName.js';
import { Channel } from '../../kit/graph/Channel.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const CustomerKind = enumType('CustomerKind', 'What a customer is by nature.', {
  PERSON: 'A human being.',
  ORGANIZATION: 'A company, an authority, an association.',
});
export type CustomerKind = keyof typeof CustomerKind;

export const CustomerRole = enumType('CustomerRole', 'In which roles we know them; one may have several.', {
  CUSTOMER: 'Has bought.',
  PROSPECT: 'May buy.',
  SUPPLIER: 'Sells to us.',
  COLLEAGUE: 'Works with us.',
  DONOR: 'Gives to us.',
});
export type CustomerRole = keyof typeof CustomerRole;

export const ErasureReason = enumType('ErasureReason', 'Why a customer is erased.', {
  REQUESTED: 'They asked for it.',
  NO_LONGER_NEEDED: 'Nothing that we kept it for is left.',
  UNLAWFUL: 'It should not have been kept.',
  MISTAKE: 'They were recorded by mistake.',
});
export type ErasureReason = keyof typeof ErasureReason;

@Entity('customer')
@OwnedBy.itself()
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'A person or an organization that we deal with, whole: each department adds its part.',
  simpleResolvers: true,
})
export class Customer {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'The one id of this customer in every department. A UUID.' })
  id: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => CustomerKind, { description: 'A person or an organization.' })
  kind: CustomerKind;

  @OnErasure.write('Erased customer')
  @Column('text', { name: 'display_name' })
  @Masked(maskName)
  @Field(() => String, { description: 'The name by which we address them. At most 200 characters.' })
  displayName: string;

  @OnErasure.write([])
  @Column('text', { array: true })
  @Field(() => [CustomerRole], { description: 'In which roles we know them.' })
  roles: CustomerRole[];

  @OnErasure.clear
  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'Language and region, BCP 47: `de-AT`.' })
  locale: string | null;

  @OnErasure.clear
  @Column('text', { name: 'time_zone', nullable: true })
  @Field(() => String, { nullable: true, description: 'IANA time zone: `Europe/Vienna`.' })
  timeZone: string | null;

  @OnErasure.clear
  @Column('text', { name: 'preferred_channel', nullable: true })
  @Field(() => Channel, { nullable: true, description: 'The channel on which they like to be reached.' })
  preferredChannel: Channel | null;

  @OnErasure.clear
  @Column('uuid', { name: 'household_id', nullable: true })
  householdId: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When we first knew them.' })
  createdAt: Date;

  @OnErasure.keep
  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When their own data last changed.' })
  updatedAt: Date;

  /** Null for who stands for themselves. */
  @OnErasure.keep
  @Column('uuid', { name: 'merged_into', nullable: true })
  mergedInto: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'erased_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When they were erased: nothing personal is left of them in any department. Null for everybody else.',
  })
  erasedAt: Date | null;

  @OnErasure.keep
  @Column('text', { name: 'erasure_reason', nullable: true })
  @Field(() => ErasureReason, { nullable: true, description: 'Why they were erased; null for everybody else.' })
  erasureReason: ErasureReason | null;

  @OnErasure.keep
  @Column('integer')
  @Field(() => Int, {
    description: 'Rises with each change; give it as `expectedVersion` to change only what you have seen.',
  })
  version: number;
}

export const CustomerConnection = connectionType(Customer, 'Customer');
