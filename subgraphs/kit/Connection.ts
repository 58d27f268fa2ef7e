import { Field, Int, ObjectType } from 'type-graphql';
import type { Class } from './defineSubgraph.js';
import { PageInfo } from './PageInfo.js';
import type { RowPage } from './readPages.js';

/**
 * A page of a list as Relay shows it. graphql-js calls a method when its field is asked for, and only then: the rows and
 * the count are read when they are wanted, and together.
 */
export class Connection<T> {
  readonly #page: () => Promise<RowPage<T>>;
  readonly #count: () => Promise<number>;
  readonly #continued: boolean;

  /**
   * @param page reads the rows; called for each field that needs them, so it must remember what it read
   * @param count counts the whole list
   * @param continued whether the page was asked for with `after`
   */
  constructor(page: () => Promise<RowPage<T>>, count: () => Promise<number>, continued: boolean) {
    this.#page = page;
    this.#count = count;
    this.#continued = continued;
  }

  async nodes(): Promise<readonly T[]> {
    return (await this.#page()).rows;
  }

  async edges(): Promise<{ node: T; cursor: string }[]> {
    const { rows, cursors } = await this.#page();
    return rows.map((node, index) => ({ node, cursor: cursors[index] ?? '' }));
  }

  async pageInfo(): Promise<PageInfo> {
    const { cursors, hasNextPage } = await this.#page();
    return {
      hasNextPage,
      hasPreviousPage: this.#continued,
      startCursor: cursors[0] ?? null,
      endCursor: cursors[cursors.length - 1] ?? null,
    };
  }

  totalCount(): Promise<number> {
    return this.#count();
  }
}

/**
 * Declares `XEdge` and `XConnection` for a node type. Call it once for each type, beside the type.
 * @param name the node type's GraphQL name
 */
export function connectionType<T extends object>(node: Class<T>, name: string): Class {
  @ObjectType(`${name}Edge`, { description: `A ${name} in a list, with its place there.`, simpleResolvers: true })
  class Edge {
    @Field(() => node, { description: `The ${name}.` })
    node: T;

    @Field(() => String, { description: 'Its place: give it as `after` to read on behind it.' })
    cursor: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}s.`, simpleResolvers: true })
  class NodeConnection {
    @Field(() => [Edge], { description: 'The rows with their cursors.' })
    edges: Edge[];

    @Field(() => [node], { description: 'The rows alone.' })
    nodes: T[];

    @Field(() => PageInfo, { description: 'Whether more follow, and from where.' })
    pageInfo: PageInfo;

    @Field(() => Int, { description: 'How many rows the whole list has, filter applied. Counted only when asked for.' })
    totalCount: number;
  }
  return NodeConnection;
}
