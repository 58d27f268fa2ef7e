import { Column, Entity, PrimaryColumn } from 'typeorm';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

/** A subgraph that takes part in merges, as it says itself at its start and every hour. */
@Entity('merging_subgraph')
@OwnedBy.nobody('it is about a subgraph')
export class MergingSubgraph {
  @PrimaryColumn('text')
  name: string;

  /** When it last said something. */
  @Column('timestamptz', { name: 'heard_at' })
  heardAt: Date;
}
