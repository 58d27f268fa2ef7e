import type { Class, SubgraphDefinition } from '../../subgraphs/kit/defineSubgraph.js';
import type { Row } from '../copyRows.js';

/** Rows of many entities on their way to the database. */
export class RowCollector {
  readonly #rows = new Map<Class, Row[]>();

  /** Takes a row of an entity. All rows of an entity must name the same properties. */
  add<T extends object>(entity: Class<T>, row: Partial<T>): void {
    const rows = this.#rows.get(entity);
    if (rows) rows.push(row);
    else this.#rows.set(entity, [row]);
  }

  /** The rows of a subgraph's entities, in the order in which the subgraph declares them: what is referred to comes first. */
  of(subgraph: SubgraphDefinition): (readonly [Class, readonly Row[]])[] {
    return subgraph.entities.flatMap((entity) => {
      const rows = this.#rows.get(entity);
      return rows ? [[entity, rows] as const] : [];
    });
  }
}
