import { Column, Entity, PrimaryColumn } from 'typeorm';
import { KeyOfCustomer } from '../../kit/ownership/KeyOfCustomer.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

/** An email address or phone number of a customer, as it is compared: lower case, E.164. */
@Entity('customer_identifier')
@OwnedBy.columns('customerId')
@KeyOfCustomer(['type', 'value'])
@OnErasure.deleteRow
export class CustomerIdentifier {
  @PrimaryColumn('uuid', { name: 'customer_id' })
  customerId: string;

  @PrimaryColumn('text')
  type: 'EMAIL' | 'PHONE';

  @PrimaryColumn('text')
  value: string;

  /** The customer's own order; 0 is the first to use. */
  @Column('integer')
  position: number;

  /** When we first heard of it; null where that is not known. */
  @Column('timestamptz', { nullable: true, default: () => 'now()' })
  since: Date | null;

  /** When we heard that it is theirs no more; null for one to use. */
  @Column('timestamptz', { nullable: true })
  until: Date | null;

  /** The imported record whose file says so: when that says another one, this one has ended. */
  @Column('uuid', { name: 'said_by', nullable: true })
  saidBy: string | null;
}
