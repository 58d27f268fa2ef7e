import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which employee looks after a customer. A customer whom nobody looks after has no row. */
@Entity('account')
export class Account {
  @PrimaryColumn('uuid', { name: 'customer_id' })
  customerId: string;

  @Column('uuid', { name: 'owner_id' })
  ownerId: string;

  @Column('timestamptz')
  since: Date;
}
