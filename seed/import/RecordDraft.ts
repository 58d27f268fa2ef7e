import type { Cell } from '../copyText.js';
import type { RowProblem } from './RowProblem.js';
import type { SourceRow } from './SourceRow.js';

/** A row for a target's table. */
export interface TargetRow {
  /** True for a row that must not be there: only the cells of its primary key count. */
  readonly removed: boolean;
  /** In the order of the target's columns. */
  readonly cells: readonly Cell[];
}

/** Another record that must be there. */
interface ReferenceUse {
  /** The file whose record it is, as the mapping calls it. */
  readonly file: string;
  readonly id: string;
  readonly column: string;
  readonly value: string;
}

/** Something that no two rows of a file may have in common. */
interface UniqueUse {
  /** What the value is unique in: the file's keys, or a target's primary keys. */
  readonly scope: string;
  readonly value: string;
  readonly column: string;
}

/** What one row of a file is going to write. */
export interface RecordDraft {
  readonly line: number;
  /** What it comes from: the row of the file. */
  readonly sources: readonly SourceRow[];
  /** The row's key, as text. */
  readonly key: string;
  /** The id of its record. */
  readonly id: string;
  /** For each target of the file, in their order. */
  readonly rows: TargetRow[][];
  readonly references: ReferenceUse[];
  readonly uniques: UniqueUse[];
  /** Not empty: the row is rejected. */
  readonly problems: RowProblem[];
}
