/**
 * Makes choices from a list of numbers, so that whoever shrinks the list makes what is chosen simpler: past its end, every
 * choice is the first one.
 */
export class Choices {
  #position = 0;

  constructor(private readonly numbers: readonly number[]) {}

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    const number = this.numbers[this.#position++] ?? 0;
    return count > 0 ? number % count : 0;
  }

  /** True in one of `many` cases; false when nothing is left to choose from. */
  oneIn(many: number): boolean {
    return this.below(many) === many - 1;
  }

  from<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)];
    if (chosen === undefined) throw new Error('there is nothing to choose from');
    return chosen;
  }

  get exhausted(): boolean {
    return this.#position >= this.numbers.length;
  }
}
