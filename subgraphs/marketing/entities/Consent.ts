import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCOPES } from '../../../schema/contract.js';
import { Channel } from '../../kit/graph/Channel.js';
import { ReadableAfterWithdrawal } from '../../kit/guard/ReadableAfterWithdrawal.js';
import { RequiresScopes } from '../../kit/guard/RequiresScopes.js';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const ConsentPurpose = enumType('ConsentPurpose', 'What a customer allows us to do.', {
  MARKETING: 'To send them offers.',
  PROFILING: 'To draw conclusions from their data in order to treat them individually.',
  RESEARCH: 'To ask them for their opinion.',
  SERVICE_MESSAGES: 'To write to them about what they have bought.',
  THIRD_PARTY: 'To pass their data on to others.',
});
export type ConsentPurpose = keyof typeof ConsentPurpose;

export const ConsentAction = enumType('ConsentAction', 'What a customer has said.', {
  GRANTED: 'Yes.',
  WITHDRAWN: 'No, or not any more.',
});
export type ConsentAction = keyof typeof ConsentAction;

@ReadableAfterWithdrawal()
@Entity('consent_event')
@OwnedBy.columns('customerId')
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'An entry of the consent ledger: what a customer said to a purpose. Never changed, never deleted.',
  simpleResolvers: true,
})
export class Consent {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'A UUID.' })
  id: string;

  /** The order in which entries were recorded; Postgres numbers them. */
  @OnErasure.keep
  @Column({ type: 'bigint', insert: false, update: false })
  sequence: string;

  @Column('uuid', { name: 'customer_id' })
  customerId: string;

  @OnErasure.keep
  @Column('text')
  @Field(() => ConsentPurpose, { description: 'What it allows or forbids.' })
  purpose: ConsentPurpose;

  @OnErasure.keep
  @Column('text', { nullable: true })
  @Field(() => Channel, { nullable: true, description: 'The channel that it is about; null for all channels.' })
  channel: Channel | null;

  @OnErasure.keep
  @Column('text')
  @Field(() => ConsentAction, { description: 'Granted or withdrawn.' })
  action: ConsentAction;

  /** Left out, the database's clock. Given by imports only, for what was said before. */
  @OnErasure.keep
  @Column({ type: 'timestamptz', precision: 3 })
  @Field(() => DateTime, { description: 'When the customer said so.' })
  at: Date;

  @OnErasure.keep
  @Column({ type: 'timestamptz', name: 'recorded_at', precision: 3, insert: false, update: false })
  @Field(() => DateTime, {
    description: 'When it was written into the ledger: later than `at` for what was imported from another system.',
  })
  recordedAt: Date;

  @OnErasure.keep
  @Column('text')
  @Field(() => String, {
    description: 'Where the customer said so: `web form`, `call centre`. At most 100 characters.',
  })
  source: string;

  /** The row's key in the source, for imports that come again. */
  @OnErasure.keep
  @Column('text', { name: 'source_key', nullable: true })
  sourceKey: string | null;

  @OnErasure.keep
  @Column('text', { nullable: true })
  @Field(() => String, {
    nullable: true,
    description:
      'The wording under which it was granted, which proves what they agreed to; null for a withdrawal. At most 10,000 characters.',
  })
  text: string | null;

  @OnErasure.clear
  @Column('text', { nullable: true })
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, {
    nullable: true,
    description:
      'What the customer said at a withdrawal, in their words; null when nothing was noted, and once they are erased. At most 10,000 characters.',
  })
  note: string | null;
}

export const ConsentConnection = connectionType(Consent, 'Consent');
