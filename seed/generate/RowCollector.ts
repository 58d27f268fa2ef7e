import type { Class, SubgraphDefinition } from '../../subgraphs/kit/defineSubgraph.js';
import { CopyTable } from '../CopyTable.js';

/** Rows of many entities on their way to the database. */
export class RowCollector {
  readonly #tables = new Map<Class, CopyTable>();

  /**
   * Takes a row of an entity.
   * @throws Error when it has a property that the entity's first row has not
   */
  add<T extends object>(entity: Class<T>, row: Partial<T>): void {
    let table = this.#tables.get(entity);
    if (table === undefined) {
      table = new CopyTable(row);
      this.#tables.set(entity, table);
    }
    table.add(row);
  }

  /** The rows of a subgraph's entities, in the order in which the subgraph declares them: what is referred to comes first. */
  of(subgraph: SubgraphDefinition): (readonly [Class, CopyTable])[] {
    return subgraph.entities.flatMap((entity) => {
      const table = this.#tables.get(entity);
      return table ? [[entity, table] as const] : [];
    });
  }
}
