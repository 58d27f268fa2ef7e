import 'reflect-metadata';
import type { NonEmptyArray } from 'type-graphql';
import type { DataSource, EntityManager, MigrationInterface } from 'typeorm';
import type { ReadWithdrawals } from '../guard/readWithdrawals.js';
import type { Rederive } from '../ownership/applyAliases.js';
import type { Database } from '../sql/Database.js';
import type { Release } from '../flow/employeeChanges.js';
import type { EventConsumer } from '../flow/EventConsumer.js';
import type { Class } from '../graph/Class.js';
import type { RequestContext } from './RequestContext.js';
import type { Settings } from './Settings.js';

/**
 * Finds what an `_entities` representation points to. `reference` holds `__typename` and the key fields, unchecked.
 * It returns null for what does not exist; it reads through the context's batched loaders, so that a request for a
 * thousand entities costs as many SQL statements as a request for one.
 */
export type ReferenceResolver = (
  reference: Readonly<Record<string, unknown>>,
  context: RequestContext,
) => Promise<object | null> | object | null;

/** Gives the values of settings of a subgraph; it throws when the definition does not name them. */
type ReadSettings = <T extends object>(which: Settings<T>) => Readonly<T>;

/** Something to be done now and then, by any replica, as often as it comes. */
export interface Chore {
  /** What it does to how many, for the log: `closed journeys that nobody went on with`. */
  readonly name: string;
  /**
   * @param settings gives the values of the subgraph's own settings, as `RequestContext.settings` does
   * @returns how many rows it changed
   */
  readonly run: (dataSource: DataSource, settings: ReadSettings) => Promise<number>;
}

/**
 * Makes up rows for made-up customers, a few hundred at a time, in one transaction. The same call again must add nothing: take ids from
 * `id`, and leave what is there as it is.
 * @returns how many rows it made up
 */
export type SubgraphSeed = (
  manager: EntityManager,
  made: {
    readonly customerIds: readonly string[];
    /** The present of the seed; nothing that has happened lies after it. */
    readonly now: Date;
    /** A UUID that belongs to a customer's row: `id('loyalty_entry', customerId, 0)`. */
    readonly id: (what: string, customerId: string, number: number) => string;
  },
) => Promise<number>;

/** All that the kit must know to build, migrate and serve a subgraph. */
export interface SubgraphDefinition {
  /** Its name in the supergraph, its Postgres schema and the prefix of its environment variables. Lower case, a-z. */
  readonly name: string;
  /** Where it listens when no port is given, and the address written into the committed supergraph. */
  readonly port: number;
  /** The scopes that its root fields ask for, but for those that say it themselves by `RequiresScopes`. */
  readonly access: {
    /** For queries and subscriptions: `customer:read`. */
    readonly read: string;
    /** For mutations: `sales:write`. */
    readonly write: string;
  };
  /** type-graphql resolver classes. Each build gets its own explicitly: several `Customer` classes live in one process. */
  readonly resolvers: NonEmptyArray<Class>;
  /** Object types that no resolver mentions, mostly the stubs of entities that other subgraphs own. */
  readonly types: readonly Class[];
  /** One for each type with a `@key`. */
  readonly references: Readonly<Record<string, ReferenceResolver>>;
  /**
   * TypeORM entities, all in the schema `name`; those that others refer to come first. Each says whose its rows are (`OwnedBy`) and what
   * erasing a customer does to them (`OnErasure`).
   */
  readonly entities: readonly Class[];
  /** In the order in which they run. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /**
   * Works out anew what it derives from rows of these customers, who were merged or unmerged: their rows have followed. Left out where it derives nothing.
   */
  readonly rederive?: Rederive;
  /** Works out anew what it derives from rows that were written past its mutations, by an import. Left out where it derives nothing, or when it is asked. */
  readonly afterImport?: (manager: EntityManager) => Promise<void>;
  /** Takes from employees who left what they still have to look after. Left out where its rows are given to nobody. */
  readonly release?: Release;
  /** What it does with the events of other subgraphs; left out when it reads none. */
  readonly consumers?: readonly EventConsumer[];
  /** What it does of itself, at the start and every hour; left out when there is nothing. */
  readonly chores?: readonly Chore[];
  /** Makes up rows for `npm run seed`; left out where the seed of the product tells its story. */
  readonly seed?: SubgraphSeed;
  /** How it tells who withdrew a consent, from its own ledger; left out by all that ask marketing. */
  readonly readWithdrawals?: (database: Database) => ReadWithdrawals;
  /** What can be set about it by the environment; left out when there is nothing. */
  readonly settings?: Settings<object>;
}

/** Names a subgraph; the identity function, there for the type. */
export function defineSubgraph(definition: SubgraphDefinition): SubgraphDefinition {
  return Object.freeze(definition);
}
