import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../kit/graph/Connection.js';
import { DateTime } from '../../kit/graph/DateTime.js';
import { enumType } from '../../kit/graph/enumType.js';
import { Money, money } from '../../kit/graph/Money.js';
import { Customer } from './Customer.js';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

export const HandoverItemKind = enumType('HandoverItemKind', 'What was handed over.', {
  ACCOUNT: 'A customer to look after.',
  OPPORTUNITY: 'An open opportunity.',
  NEXT_STEP: 'A next step that is still open.',
  LEAD: 'A lead that is still open.',
});
export type HandoverItemKind = keyof typeof HandoverItemKind;

@Entity('handover_item')
@OwnedBy.columns('itemId')
@KeyOfCustomer(['handoverId', 'kind'])
@ObjectType({ description: 'One thing that was handed over.', simpleResolvers: true })
export class HandoverItem {
  @PrimaryColumn('uuid', { name: 'handover_id' })
  handoverId: string;

  @PrimaryColumn('uuid', { name: 'item_id' })
  itemId: string;

  @PrimaryColumn('text')
  @Field(() => HandoverItemKind, { description: 'What it is: the field of that name holds it.' })
  kind: HandoverItemKind;

  @OnErasure.keep
  @Column('numeric', { name: 'amount', precision: 19, scale: 4, nullable: true })
  amountValue: string | null;

  @OnErasure.keep
  @Column('char', { length: 3, nullable: true })
  currency: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'due_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'By when a next step was due at that moment.' })
  dueAt: Date | null;

  @Field(() => Money, { nullable: true, description: 'What an opportunity was worth at that moment.' })
  get amount(): Money | null {
    return this.amountValue === null || this.currency === null ? null : money(this.amountValue, this.currency);
  }

  @Field(() => Customer, { nullable: true, description: 'The customer, for an ACCOUNT.' })
  get account(): Customer | null {
    return this.kind === 'ACCOUNT' ? new Customer(this.itemId) : null;
  }
}

export const HandoverItemConnection = connectionType(HandoverItem, 'HandoverItem');
