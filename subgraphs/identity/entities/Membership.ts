import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime, LocalDate } from '../../kit/graph/DateTime.js';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('membership')
@OwnedBy.columns('personId', 'organizationId')
@KeyOfCustomer(['until'], 'updatedAt')
@OnErasure.deleteRow
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'That a person belongs, or belonged, to an organization. It is kept when it ends.',
  simpleResolvers: true,
})
export class Membership {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId: string;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'What they are there: `Head of purchasing`.' })
  role: string | null;

  @Column('date')
  @Field(() => LocalDate, { description: 'The first day.' })
  since: string;

  @Column('date', { nullable: true })
  @Field(() => LocalDate, { nullable: true, description: 'The last day; null while they belong to it.' })
  until: string | null;

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

export const MembershipConnection = connectionType(Membership, 'Membership');
