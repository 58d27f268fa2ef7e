/**
 * The gateway cannot start, and the person who started it can mend that. The message is one line that says what is
 * wrong and what to do; `main.ts` prints it without a stack and exits with `exitCode`.
 */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(
    message: string,
    readonly exitCode: number = 1,
  ) {
    super(message.replace(/\s+/g, ' ').trim());
  }
}
