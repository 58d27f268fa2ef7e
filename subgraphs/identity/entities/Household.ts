import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Masked } from '../../kit/graph/Masked.js';
import { maskName } from '../../kit/guard/maskName.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';
import { CustomerRecord } from './CustomerRecord.js';

@Entity('household')
@OwnedBy.referrers(() => CustomerRecord, 'householdId')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Customers who live and decide together.', simpleResolvers: true })
export class Household {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('text')
  @Masked(maskName)
  @Field(() => String, { description: 'What we call it: `Household Huber`.' })
  name: string;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was first recorded.' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When it last changed.' })
  updatedAt: Date;

  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change; give it as `expectedVersion`.' })
  version: number;
}

export const HouseholdConnection = connectionType(Household, 'Household');
