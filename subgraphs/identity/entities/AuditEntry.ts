import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { ReadableAfterWithdrawal } from '../../kit/guard/ReadableAfterWithdrawal.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const AuditAction = enumType('AuditAction', 'What somebody did with personal data.', {
  READ: 'They were given it.',
  CHANGE: 'They called a mutation that changes something about the customer.',
});
export type AuditAction = keyof typeof AuditAction;

@Entity('audit_entry')
@OwnedBy.recorded('auditedId')
// What is known of who read somebody's data is for the auditor, whatever that somebody consents to.
@ReadableAfterWithdrawal()
@ObjectType({
  description:
    'That somebody read or changed personal data of a customer. Never changed, and dropped only when it is older than the retention.',
  simpleResolvers: true,
})
export class AuditEntry {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  @OnErasure.keep
  @Column('uuid', { name: 'customer_id' })
  auditedId: string;

  @OnErasure.keep
  @Column({ type: 'timestamptz', precision: 3 })
  @Field(() => DateTime, { description: 'When.' })
  at: Date;

  @OnErasure.keep
  @Column('text')
  @Field(() => AuditAction, { description: 'Whether they read or changed it.' })
  action: AuditAction;

  @OnErasure.keep
  @Column('text')
  @Field(() => String, { description: 'Who: the subject of their token, a person or an application.' })
  subject: string;

  @OnErasure.keep
  @Column('text', { nullable: true })
  @Field(() => String, {
    nullable: true,
    description:
      "The name of the client's operation; for a change without one, the mutation. Null when it had no name.",
  })
  operation: string | null;

  @OnErasure.keep
  @Column('text', { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'What they said that it is for (`x-purpose`); null when they did not.',
  })
  purpose: string | null;

  @OnErasure.keep
  @Column('text')
  @Field(() => String, { description: 'The subgraph that gave or changed it: `identity`, `service`.' })
  service: string;

  @OnErasure.keep
  @Column('text', { array: true })
  @Field(() => [String], { description: 'Which data: `Customer.emails`; for a change, `Mutation.updateCustomer`.' })
  fields: string[];

  @OnErasure.keep
  @Column('text', { name: 'request_id' })
  @Field(() => String, { description: 'The request in which it happened: the logs have more under this id.' })
  requestId: string;
}

export const AuditEntryConnection = connectionType(AuditEntry, 'AuditEntry');
