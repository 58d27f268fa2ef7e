/** Why one row of a file cannot go in. Thrown by conversions, caught once a row, written to the rejects file. */
export class RowProblem extends Error {
  override readonly name = 'RowProblem';

  constructor(
    /** The CSV column at fault; empty when it is the row as a whole. */
    readonly column: string,
    /** What the file says there, as written. */
    readonly value: string,
    /** What is wrong with it, without repeating column and value: `is not a whole number`. */
    readonly reason: string,
    /** The line of the row, where that is not the first of its record. */
    readonly line?: number,
  ) {
    super(`${column} ${reason}`);
  }
}
