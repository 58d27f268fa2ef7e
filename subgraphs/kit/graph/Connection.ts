import { Field, Int, ObjectType } from 'type-graphql';
import type { Class } from './Class.js';
import type { PageWindow } from './PageArguments.js';
import { PageInfo } from './PageInfo.js';
import type { RowPage } from './RowPage.js';

/**
 * A page of a list as Relay shows it. graphql-js calls a method when its field is asked for, and only then: the rows and
 * the count are read when they are wanted.
 */
export class Connection<T> {
  readonly #page: () => Promise<RowPage<T>>;
  readonly #count: () => Promise<number>;
  readonly #window: PageWindow;
  #wantsRows = false;

  /**
   * @param page reads the rows; called for each field that needs them, so it must remember what it read
   * @param count counts the whole list
   * @param window which part of the list it is
   */
  constructor(page: () => Promise<RowPage<T>>, count: () => Promise<number>, window: PageWindow) {
    this.#page = page;
    this.#count = count;
    this.#window = window;
  }

  async nodes(): Promise<readonly T[]> {
    return (await this.#rows()).rows;
  }

  async edges(): Promise<{ node: T; cursor: string }[]> {
    const { rows, cursorAt } = await this.#rows();
    return rows.map((node, index) => ({ node, cursor: cursorAt(index) ?? '' }));
  }

  async pageInfo(): Promise<PageInfo> {
    const { rows, cursorAt, hasMore } = await this.#rows();
    const { backwards } = this.#window;
    return {
      hasNextPage: backwards ? this.#continued : hasMore,
      hasPreviousPage: backwards ? hasMore : this.#continued,
      startCursor: cursorAt(0),
      endCursor: cursorAt(rows.length - 1),
    };
  }

  /** A first page that is the whole list has counted it already. */
  async totalCount(): Promise<number> {
    // graphql-js asks for all fields of a page in one go; behind this line it has asked for the rows, if it wants them.
    await Promise.resolve();
    if (this.#wantsRows && !this.#continued) {
      const { rows, hasMore } = await this.#page();
      if (!hasMore) return rows.length;
    }
    return this.#count();
  }

  /** Whether the page begins at a cursor. */
  get #continued(): boolean {
    return typeof this.#window.after === 'string';
  }

  #rows(): Promise<RowPage<T>> {
    this.#wantsRows = true;
    return this.#page();
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
