import type { z } from 'zod';
import type { Class, SubgraphDefinition } from '../../../subgraphs/kit/defineSubgraph.js';
import type { TargetSpec } from '../mapping.js';

/** An entity that a mapping can write, and what its TypeORM metadata do not say of it. */
export interface ImportTarget {
  readonly subgraph: SubgraphDefinition;
  readonly entity: Class;
  /** Values that a field may have, as text, by property; for enums, lengths, codes. Those of a list hold for each entry. */
  readonly rules?: Readonly<Record<string, z.ZodType<unknown, string>>>;
  /** What a new row gets in columns that the mapping leaves out. Later imports do not touch them. */
  readonly initial?: Readonly<Record<string, string | readonly string[]>>;
  /** The property that says whose a row is: a row of somebody else is never taken over, the import's row is rejected. */
  readonly owner?: string;
  /** Fields of a mapping that are amounts of money: the property of the amount, and that of its currency. */
  readonly money?: Readonly<Record<string, { readonly amount: string; readonly currency: string }>>;
  /** Rows that every record of this entity has besides, in the mapping's own language. */
  readonly companions?: (source: string) => readonly TargetSpec[];
}
