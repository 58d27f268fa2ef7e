/**
 * Something that stops the start and that the person at the terminal can mend. The message is one line without a full
 * stop: what is wrong, then what to do.
 */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(
    message: string,
    /** What the command ends with: 2 for a command line that cannot be understood, else 1. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}
