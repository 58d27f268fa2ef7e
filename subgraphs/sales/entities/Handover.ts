import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { Employee } from './Employee.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('handover')
@OwnedBy.nobody('it is between two of our own people; what went over is told by its items')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'What one employee handed over to another, or left to nobody, as it stood at that moment.',
  simpleResolvers: true,
})
export class Handover {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'from_id' })
  fromId: string;

  /** Null where who had it left, and nobody took it over. */
  @Column('uuid', { name: 'to_id', nullable: true })
  toId: string | null;

  @Column('timestamptz')
  @Field(() => DateTime, { description: 'When.' })
  at: Date;

  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'What the new one should know. At most 10,000 characters.' })
  note: string | null;

  @Field(() => Employee, { nullable: true, description: 'Who had it. Null only when identity cannot be asked.' })
  get from(): Employee {
    return new Employee(this.fromId);
  }

  @Field(() => Employee, {
    nullable: true,
    description: "Who took it over; null where who had it left us, so that it was nobody's.",
  })
  get to(): Employee | null {
    return this.toId === null ? null : new Employee(this.toId);
  }
}

export const HandoverConnection = connectionType(Handover, 'Handover');
