/** How many rows were erased, by their table; none where there was nothing. */
export type ErasedRows = ReadonlyMap<string, number>;

/** Without tables in which there was nothing. */
export function countsOf(counts: readonly (readonly [table: string, count: number])[]): ErasedRows {
  return new Map(counts.filter(([, count]) => count > 0));
}
