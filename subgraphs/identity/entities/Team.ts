import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

/** A trigger makes the team of each name that an employee is given, so that whoever writes employees need not know of teams. */
@Entity('team')
@OwnedBy.nobody('it is of our own people')
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Employees who work together.', simpleResolvers: true })
export class Team {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('text')
  @Field(() => String, { description: 'Its name; no two teams have the same.' })
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

export const TeamConnection = connectionType(Team, 'Team');
