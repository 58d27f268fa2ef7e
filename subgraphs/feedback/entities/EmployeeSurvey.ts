import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { EmployeeSurveyKind } from '../employeeSurveyKind.js';
import { Employee, employeeStub } from './Employee.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

@Entity('employee_survey')
@OwnedBy.nobody('it is of our own people')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'What an employee answered about working here. It is never changed.',
  simpleResolvers: true,
})
export class EmployeeSurvey {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'employee_id' })
  employeeId: string;

  @Field(() => Employee, { nullable: true, description: 'Who answered. Null only when identity cannot be asked.' })
  get employee(): Employee | null {
    return employeeStub(this.employeeId);
  }

  @Column('text')
  @Field(() => EmployeeSurveyKind, { description: 'What they were asked; it decides the scale of `score`.' })
  kind: EmployeeSurveyKind;

  @Column('smallint')
  @Field(() => Int, { description: 'The answer: ENGAGEMENT 1 to 5, ENPS 0 to 10. More is better.' })
  score: number;

  @Column('text')
  @Field(() => String, {
    description: 'The time that it is about: a year `2026`, a quarter `2026-Q3` or a month `2026-09`.',
  })
  period: string;

  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.manageStaff)
  @Field(() => String, { nullable: true, description: 'What they wrote, word for word. At most 10,000 characters.' })
  verbatim: string | null;

  @Column('timestamptz', { name: 'answered_at' })
  @Field(() => DateTime, { description: 'When they answered.' })
  answeredAt: Date;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was entered here.' })
  createdAt: Date;
}

export const EmployeeSurveyConnection = connectionType(EmployeeSurvey, 'EmployeeSurvey');
