import { Column, Entity, PrimaryColumn } from 'typeorm';
import { OnErasure } from '../../kit/ownership/OnErasure.js';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

/** That a subgraph has done its part of an erasure, as it said itself: see `erasureApplied` in the contract. It proves what was done, so it stays. */
@Entity('erasure_receipt')
@OwnedBy.recorded('customerId')
export class ErasureReceipt {
  /** As the subgraphs were told of the erasure. */
  @PrimaryColumn('uuid', { name: 'customer_id' })
  customerId: string;

  @PrimaryColumn('text')
  subgraph: string;

  @OnErasure.keep
  @Column('timestamptz', { name: 'erased_at' })
  erasedAt: Date;

  /** How many were deleted or overwritten, by what held them. */
  @OnErasure.keep
  @Column('jsonb')
  rows: Readonly<Record<string, number>>;

  @OnErasure.keep
  @Column('text', { nullable: true })
  signature: string | null;

  @OnErasure.keep
  @Column('timestamptz', { name: 'received_at' })
  receivedAt: Date;
}
