/** The rows of one page, before they become a connection. */
export interface RowPage<T> {
  readonly rows: readonly T[];
  /** The cursor of the row at a place; null where there is none. Made when it is asked for. */
  readonly cursorAt: (index: number) => string | null;
  /** Whether there are more in the direction in which it was read. */
  readonly hasMore: boolean;
}
