import type { Cell } from '../copyText.js';
import type { FoundCustomers } from './customerLinks.js';
import type { RowProblem } from './RowProblem.js';
import type { SourceRow } from './SourceRow.js';

/** One row of a file that says something of a record. */
export interface RecordEvent {
  readonly row: SourceRow;
  /** Where it stands among the events of its record: the values that order them, as text. Empty in a file without `fold`. */
  readonly place: string;
}

/** What a file says of one record: one row, or all rows with its key, in order. */
export interface SourceRecord {
  readonly events: readonly [RecordEvent, ...RecordEvent[]];
  /** What is wrong with it before any field is read. */
  readonly problems: readonly RowProblem[];
}

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
  /** The value, as whoever mends the file knows it. */
  readonly shown: string;
  readonly column: string;
  /** What is wrong with the second of them, up to the line of the first: `has the same key as`. */
  readonly problem: string;
}

/** What one record of a file is going to write. */
export interface RecordDraft {
  /** Of its first event in the file. */
  readonly line: number;
  /** The record's key, as text. */
  readonly key: string;
  /** The id of its record. */
  readonly id: string;
  /** In order; one in a file without `fold`. */
  readonly events: readonly RecordEvent[];
  /** Which of the events is being written. */
  readonly at: number;
  /** What was looked up for its rows. */
  readonly found: FoundCustomers;
  /** For each target of the file, in their order. */
  readonly rows: TargetRow[][];
  readonly references: ReferenceUse[];
  readonly uniques: UniqueUse[];
  /** Not empty: the record is rejected. */
  readonly problems: RowProblem[];
}
