/**
 * Something that stops the start and that the person at the terminal can mend. The message is one line without a full
 * trace: what is wrong, then what to do.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}
