import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Channel } from '../../kit/graph/Channel.js';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';
import type { CustomerKind, CustomerRole } from './Customer.js';

/**
 * What was said of a customer, as it was written: by whoever recorded them, changed them, or imported them. No merge changes it. What is shown of
 * a customer, merged or not, follows from it: the database works `customer` out whenever a record changes (see `work_out_customers` in the migrations).
 */
@Entity('customer_record')
@OwnedBy.itself()
@OnErasure.deleteRow
export class CustomerRecord {
  /** The id under which the customer was recorded. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: CustomerKind;

  @Column('text', { name: 'display_name' })
  displayName: string;

  @Column('text', { array: true })
  roles: CustomerRole[];

  @Column('text', { nullable: true })
  locale: string | null;

  @Column('text', { name: 'time_zone', nullable: true })
  timeZone: string | null;

  @Column('text', { name: 'preferred_channel', nullable: true })
  preferredChannel: Channel | null;

  @Column('uuid', { name: 'household_id', nullable: true })
  householdId: string | null;

  /** The columns of those above that somebody emptied, so that nothing of another record stands in their place; not those of which nobody ever said anything. */
  @Column({ type: 'text', array: true, insert: false, default: () => "'{}'" })
  cleared: string[];

  /** When we first knew them. */
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  /** When something of it last changed: of what several records say, the newest counts after the survivor's own. */
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
