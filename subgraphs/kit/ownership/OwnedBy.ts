import { Extensions } from 'type-graphql';
import type { Class } from '../graph/Class.js';

/** Whose the rows of an entity, or the objects of another class of the schema, are. */
export type Owner =
  | { readonly kind: 'itself' }
  | { readonly kind: 'columns'; readonly properties: readonly string[] }
  | { readonly kind: 'recorded'; readonly property: string }
  | { readonly kind: 'through'; readonly property: string; readonly entity: () => Class }
  | { readonly kind: 'referrers'; readonly entity: () => Class; readonly property: string }
  | { readonly kind: 'nobody'; readonly why: string };

const owners = new WeakMap<object, Owner>();

/** Where in the `extensions` of its GraphQL type it is kept. */
const KEY = 'customer360.ownedBy';

function declare(owner: Owner): ClassDecorator {
  return (entity) => {
    if (owners.has(entity)) throw new Error(`${entity.name} says twice whose its rows are`);
    owners.set(entity, owner);
    Extensions({ [KEY]: owner })(entity);
  };
}

/**
 * Says of an entity whose its rows are. Each entity says it, once: merges, erasure, the audit log and the contract follow from it, and a
 * subgraph with an entity that says nothing is not built.
 */
export const OwnedBy = {
  /** The row is the customer. */
  itself(): ClassDecorator {
    return declare({ kind: 'itself' });
  },

  /**
   * Of the customers whose ids are in these properties; of all of them, where there are several. Beside each of the columns there is one for
   * whom the row was recorded, which never changes: see `deriveOwners`.
   */
  columns(...properties: readonly [string, ...string[]]): ClassDecorator {
    return declare({ kind: 'columns', properties });
  },

  /** Of the customer whose id is in this property, for ever: a merge does not reach it. For records of what was done, to which no answer goes back. */
  recorded(property: string): ClassDecorator {
    return declare({ kind: 'recorded', property });
  },

  /** Of whoever owns the row of another entity whose id is in this property: a message is of whom its case is. */
  through(property: string, entity: () => Class): ClassDecorator {
    return declare({ kind: 'through', property, entity });
  },

  /** Of all who refer to it by a property of theirs, and gone with the last of them: a household is of its members. */
  referrers(entity: () => Class, property: string): ClassDecorator {
    return declare({ kind: 'referrers', entity, property });
  },

  /**
   * Of no customer.
   *
   * @param why for who reads it: `a product is for all`
   */
  nobody(why: string): ClassDecorator {
    return declare({ kind: 'nobody', why });
  },
};

/** What the class of a GraphQL type says of whose its objects are; undefined where it says nothing. */
export function declaredOwner({
  extensions,
}: {
  readonly extensions: Readonly<Record<string, unknown>>;
}): Owner | undefined {
  return extensions[KEY] as Owner | undefined;
}

/** What an entity says of whose its rows are; undefined where it says nothing. */
export function ownerOf(entity: Class): Owner | undefined {
  return owners.get(entity);
}
