import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { Employee, employeeStub } from './Employee.js';
import { ERASED_TEXT, OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';
import { Case } from './Case.js';

export const MessageAuthor = enumType('MessageAuthor', 'Who wrote a message of a case.', {
  CUSTOMER: 'The customer.',
  EMPLOYEE: 'One of us.',
});
export type MessageAuthor = keyof typeof MessageAuthor;

@Entity('case_message')
@OwnedBy.through('caseId', () => Case)
@Directive('@key(fields: "id")')
@ObjectType({ description: 'What was said in a case. Messages are never changed.', simpleResolvers: true })
export class CaseMessage {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @Column('uuid', { name: 'case_id' })
  caseId: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => MessageAuthor, { description: 'Whether the customer or one of us wrote it.' })
  author: MessageAuthor;

  /** Null for the customer's messages, and for imported ones of an employee who is not known. */
  @OnErasure.keep
  @Column('uuid', { name: 'employee_id', nullable: true })
  employeeId: string | null;

  @Field(() => Employee, {
    nullable: true,
    description: 'Who of us wrote it; null when the customer did or it is not known.',
  })
  get employee(): Employee | null {
    return employeeStub(this.employeeId);
  }

  @OnErasure.write(ERASED_TEXT)
  @Column('text')
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true, description: 'The text. At most 10,000 characters.' })
  body: string;

  @OnErasure.keep
  @Column('timestamptz', { name: 'sent_at' })
  @Field(() => DateTime, { description: 'When it was sent.' })
  sentAt: Date;
}

export const CaseMessageConnection = connectionType(CaseMessage, 'CaseMessage');
