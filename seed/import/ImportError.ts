/**
 * Something that stops the import before or between two batches and that the person at the terminal can mend. The message says
 * what is wrong, then what to do; one line for each problem, without a full stop.
 */
export class ImportError extends Error {
  override readonly name = 'ImportError';

  constructor(
    message: string,
    /** What the command ends with: 2 for a command line that cannot be understood, else 1. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}
