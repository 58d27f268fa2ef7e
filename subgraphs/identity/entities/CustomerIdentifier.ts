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
}
