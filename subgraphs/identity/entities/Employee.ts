import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

/** Triggers tell the other subgraphs of each change, whoever makes it, as long as its version rises. */
@Entity('employee')
@OwnedBy.nobody('they are our own people')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Somebody of ours who deals with customers.', simpleResolvers: true })
export class Employee {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('text')
  @Field(() => String, { description: 'Full name.' })
  name: string;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'Address at work.' })
  email: string | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'The name of the team they belong to.' })
  team: string | null;

  /** Follows `team`: a trigger sets it. */
  @Column({ type: 'uuid', name: 'team_id', nullable: true, insert: false, update: false })
  teamId: string | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'What they do: `Account manager`.' })
  title: string | null;

  @Column('boolean')
  @Field(() => Boolean, { description: 'Whether they still work with us.' })
  active: boolean;

  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.manageStaff)
  @Field(() => String, {
    nullable: true,
    description:
      'As whom they sign in: the `sub` of their tokens. What such a caller does, they do. No two employees have the same.',
  })
  subject: string | null;

  /** When the other subgraphs were last told of them though nothing had changed. */
  @Column({ type: 'timestamptz', name: 'told_at', insert: false, update: false })
  toldAt: Date;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When they were first recorded.' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  @Field(() => DateTime, { description: 'When what is recorded of them last changed.' })
  updatedAt: Date;

  @Column('integer')
  @Field(() => Int, { description: 'Rises with each change; give it as `expectedVersion`.' })
  version: number;
}

export const EmployeeConnection = connectionType(Employee, 'Employee');
