import { Column, Entity, PrimaryColumn } from 'typeorm';
import { OwnedBy } from '../../kit/ownership/OwnedBy.js';

/** That a subgraph has applied a merge or an unmerge. */
@Entity('applied_merge')
@OwnedBy.nobody('it names a merge by its number, which is of all who are one')
export class AppliedMerge {
  /** Of the merge or unmerge. Text, as Postgres gives a bigint. */
  @PrimaryColumn('bigint')
  position: string;

  @PrimaryColumn('text')
  subgraph: string;

  /** When the subgraph said it. */
  @Column('timestamptz', { name: 'applied_at' })
  appliedAt: Date;
}
