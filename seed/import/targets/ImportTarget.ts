import type { z } from 'zod';
import type { Class } from '../../../subgraphs/kit/graph/Class.js';
import type { SubgraphDefinition } from '../../../subgraphs/kit/serve/defineSubgraph.js';
import type { ValueType } from '../conversions.js';
import type { TargetSpec } from '../mapping.js';

/** A row of an entity while it is made: what its fields say, as text that Postgres reads. Times are ISO 8601 in UTC. */
export interface RowValues {
  /** Of a column by its property, or of a field that no column holds; null when there is none, also where it is a list. */
  get(field: string): string | null;
  /** Writes into a column: one that the target's `fills` or `sets` name. */
  set(property: string, value: string | null): void;
  /** Rejects the row. The reason goes on where the name of the column ends: `is before the opening`. */
  refuse(field: string, reason: string): void;
}

/** The columns by which a row gives work to an employee. */
interface GivenWork {
  /** Who has it, by property. Where it cannot be empty, a row that gives to who left is not written. */
  readonly to: string;
  /** Who has it where `to` is empty. */
  readonly otherwise?: string;
  /** Says that nobody has it, whatever `otherwise` says. */
  readonly released?: string;
  /**
   * Whether it is still to be done, as SQL: what the subgraph's `release` takes from who leaves.
   * @param of the SQL of a property's value, as it is once the row is written
   */
  readonly isOpen: (of: (property: string) => string) => string;
}

/** An entity that a mapping can write, and what its TypeORM metadata do not say of it. */
export interface ImportTarget {
  readonly subgraph: SubgraphDefinition;
  readonly entity: Class;
  /** Values that a field may have, as text, by property; for enums, lengths, codes. Those of a list hold for each entry. */
  readonly rules?: Readonly<Record<string, z.ZodType<unknown, string>>>;
  /** What a new row gets in columns that the mapping leaves out; `now` is a time. Later imports do not touch them. */
  readonly initial?: Readonly<Record<string, string | readonly string[]>>;
  /** Fields of a mapping that are amounts of money: the property of the amount, and that of its currency. */
  readonly money?: Readonly<Record<string, { readonly amount: string; readonly currency: string }>>;
  /** Fields that a mapping calls as the graph does, by the property that they set. */
  readonly names?: Readonly<Record<string, string>>;
  /** Text columns that hold the id of another record: they take a reference as well as a text. */
  readonly ids?: readonly string[];
  /** Fields of a mapping that no column holds, and what they take: `complete` makes columns of them. */
  readonly virtual?: Readonly<Record<string, { readonly type: ValueType; readonly says: string }>>;
  /** Columns that `complete` writes because of a field, by the field: they are written when the mapping names it. */
  readonly sets?: Readonly<Record<string, readonly string[]>>;
  /**
   * Columns that `complete` fills where the mapping leaves them out: `always` follows the other values at each import, `once` is what
   * a new row starts with.
   */
  readonly fills?: Readonly<Record<string, 'always' | 'once'>>;
  /** Fills what follows from a row's values, and refuses those that do not go together. Called for sound values only. */
  readonly complete?: (row: RowValues) => void;
  /**
   * Of a ledger whose rows never change and never go: the properties by which an entry is another than before. A file that says
   * something else adds an entry beside the one that is there.
   */
  readonly appendOnly?: readonly string[];
  /** What of it gives work to an employee: who left gets none, and whoever has the work by now keeps it. */
  readonly gives?: GivenWork;
  /** The statement that brings other rows up to date with these, after they were written. Told the table of the rows staged. */
  readonly afterwards?: (staged: string) => string;
  /** What becomes of the rows that a record wrote before and does not write any more; without it they stay as they are. */
  readonly former?: {
    /** The column that takes the id of the record that a row is of; it is filled where it is empty. */
    readonly saidBy: string;
    /**
     * The statement, after all rows of a batch were written. Gives the records concerned.
     * @param staged the table of the rows staged
     * @param all those of all targets of the file that write this entity
     */
    readonly statement: (staged: string, all: readonly string[], becomes: 'keep' | 'remove') => string;
  };
  /** A field of another entity that follows from these rows: a mapping that writes these must leave it out. */
  readonly decides?: { readonly entity: string; readonly field: string };
  /** Rows that every record of this entity has besides, in the mapping's own language. */
  readonly companions?: (source: string) => readonly TargetSpec[];
}
