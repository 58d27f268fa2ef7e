import type { Class } from '../../subgraphs/kit/graph/Class.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { CopyTable } from '../CopyTable.js';
import type { World } from './World.js';

/** Rows of many entities on their way to the database, where their times are those of the calendar. */
export class RowCollector {
  readonly #tables = new Map<Class, CopyTable>();
  readonly #onCalendar: (moment: Date) => Date;

  /** @param world in which the rows' stories are told */
  constructor(world: World) {
    this.#onCalendar = (moment) => world.onCalendar(moment);
  }

  /**
   * Takes a row of an entity, with times of the story.
   * @throws Error when it has a property that the entity's first row has not
   */
  add<T extends object>(entity: Class<T>, row: Partial<T>): void {
    let table = this.#tables.get(entity);
    if (table === undefined) {
      table = new CopyTable(row, this.#onCalendar);
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
