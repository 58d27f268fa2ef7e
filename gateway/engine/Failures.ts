import type { GraphQLError } from 'graphql';

/** An answer carries no more errors than this; how many more there were, it says. */
const MAX_ERRORS = 100;

/** What went wrong with one operation: the first errors, and how many more there were. What a further one costs does not grow. */
export class Failures {
  readonly #told: GraphQLError[] = [];
  #leftOut = 0;

  /** Those that are told. */
  get told(): readonly GraphQLError[] {
    return this.#told;
  }

  /** How many are not. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Whether a further one is only counted. */
  get isFull(): boolean {
    return this.#told.length >= MAX_ERRORS;
  }

  add(error: GraphQLError): void {
    if (this.isFull) this.#leftOut += 1;
    else this.#told.push(error);
  }

  /** Counts errors that nobody made: whoever would tell them knows that there is no room. */
  leaveOut(count: number): void {
    this.#leftOut += count;
  }
}
