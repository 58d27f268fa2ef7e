import type { Sql } from 'sql-template-tag';
import type { CloudEvent } from '../../../schema/contract.js';
import type { Class } from '../graph/Class.js';

/** A running subgraph, of any language, as the contract looks at it. */
export interface ContractSubject {
  /** Its name in the supergraph: what is signed for it names it. */
  readonly name: string;
  /** Its GraphQL address. */
  readonly url: string;
  /** The key that its gateway signs with. */
  readonly signingKey: string;
  /** The SQL statements (or whatever it reads with) that `work` made it run; left out where nobody can count them. */
  readonly statements?: ((work: () => Promise<unknown>) => Promise<readonly unknown[]>) | undefined;
  /** Brings it an event of the others: by its bus, or its webhook. Left out where that cannot be done. */
  readonly publish?: ((event: CloudEvent) => Promise<void>) | undefined;
  /** Two customers of whom it has something written down; `publish` tells that they are merged, and that the first is erased. */
  readonly customers?: (() => Promise<KnownCustomers>) | undefined;
  /** Its entities and its database; left out where it is not made with the kit, or looked at from outside. */
  readonly storage?: ContractStorage | undefined;
}

/** What a subgraph keeps things in. */
export interface ContractStorage {
  readonly entities: readonly Class[];
  /** Runs SQL in the subgraph's own schema. */
  query(statement: Sql): Promise<readonly Record<string, unknown>[]>;
}

/** Customers to try things with. */
export interface KnownCustomers {
  readonly ids: readonly [string, string];
  /** A word in what was said of the first, and nowhere else. */
  readonly secret: string;
}
