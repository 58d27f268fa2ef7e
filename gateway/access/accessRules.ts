import type { Guard } from './Guard.js';

/** Which guards stand before what clients can select, as the planner's thread reads them; equal guards are one object. */
export interface AccessTables {
  /** All there are; none where a supergraph guards nothing. */
  readonly guards: readonly Guard[];
  /** By the name of an object type. */
  readonly types: ReadonlyMap<string, readonly Guard[]>;
  /** By `Type.field`: before the field, and before the keys of its objects. */
  readonly fields: ReadonlyMap<string, { readonly before: readonly Guard[]; readonly keys: readonly Guard[] }>;
}

/** The same to ask. Only object types have any guards: who asks by an interface or a union meets its types. */
export interface AccessRules {
  /** All there are; none where a supergraph guards nothing. */
  readonly guards: readonly Guard[];
  /** Before every object of a type. */
  ofType(type: string): readonly Guard[];
  /** Before a field: its own, those of its type, of what it returns, and of what it is computed from. */
  ofField(type: string, field: string): readonly Guard[];
  /** Before the keys by which subgraphs may know the objects that have a field, or have what it is computed from. */
  ofKeysFor(type: string, field: string): readonly Guard[];
}

const NONE: readonly Guard[] = [];

/** Makes the rules of the tables. */
export function accessRules({ guards, types, fields }: AccessTables): AccessRules {
  return {
    guards,
    ofType: (type) => types.get(type) ?? NONE,
    ofField: (type, field) => fields.get(`${type}.${field}`)?.before ?? NONE,
    ofKeysFor: (type, field) => fields.get(`${type}.${field}`)?.keys ?? NONE,
  };
}
