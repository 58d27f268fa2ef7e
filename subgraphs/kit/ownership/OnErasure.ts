import type { Class } from '../graph/Class.js';

/** What stands where a text was that cannot be left out. */
export const ERASED_TEXT = 'Erased';

/**
 * What becomes of a value when the customer whose it is is erased: it stays, since it says nothing of who they are (or must stay: say why);
 * it is cleared; something else is written in its place.
 */
export type ErasureOfColumn = 'keep' | 'clear' | { readonly write: string | readonly string[] };

/** What an entity says of erasure: `row` where the whole row goes. */
export interface ErasureOfEntity {
  row: boolean;
  readonly columns: Map<string, ErasureOfColumn>;
}

const erasures = new WeakMap<object, ErasureOfEntity>();

function saidOf(entity: object): ErasureOfEntity {
  let said = erasures.get(entity);
  if (said === undefined) erasures.set(entity, (said = { row: false, columns: new Map() }));
  return said;
}

/**
 * Says what erasing a customer does: `@OnErasure.deleteRow` to an entity, the others to each column of an entity that stays.
 *
 * Keys and the columns of `OwnedBy` stay without being told to: an id says nothing.
 */
export const OnErasure = {
  /** The row goes. */
  deleteRow: (entity: object): void => {
    saidOf(entity).row = true;
  },

  /** The value stays: figures must go on adding up, and it does not lead back to anybody. */
  keep: (entity: object, property: string | symbol): void => {
    saidOf(entity.constructor).columns.set(String(property), 'keep');
  },

  /** The column becomes null. */
  clear: (entity: object, property: string | symbol): void => {
    saidOf(entity.constructor).columns.set(String(property), 'clear');
  },

  /** Something else stands there: `ERASED_TEXT` where a text cannot be left out. */
  write(value: string | readonly string[]): PropertyDecorator {
    return (entity, property) => void saidOf(entity.constructor).columns.set(String(property), { write: value });
  },
};

/** What an entity says of erasure; undefined where it says nothing. */
export function erasureOf(entity: Class): Readonly<ErasureOfEntity> | undefined {
  return erasures.get(entity);
}
