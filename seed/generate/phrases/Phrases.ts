import type { Category } from '../products.js';

/** A question of a customer, and what we say to it. */
export interface Exchange {
  /** The case's subject, in the language of the house. */
  readonly subject: string;
  readonly ask: string;
  readonly answer: string;
}

/**
 * What people say in one language. `{product}` and `{number}` (of the order) are filled in; beginnings go with every text of
 * their list.
 */
export interface Phrases {
  readonly greetings: readonly string[];
  readonly thanks: readonly string[];
  /** The order is late, in the customer's words. */
  readonly late: readonly string[];
  /** What they want to be done about it. */
  readonly lateWish: readonly string[];
  readonly lateAnswers: readonly string[];
  /** Something broke. */
  readonly defects: Readonly<Record<Category, readonly string[]>>;
  readonly defectAnswers: readonly string[];
  /** What we need to know first. */
  readonly askBack: readonly string[];
  readonly askedBack: readonly string[];
  readonly questions: Readonly<Record<Category, readonly Exchange[]>>;
  readonly followUps: readonly Exchange[];
  /** Their last word, content or not. */
  readonly relieved: readonly string[];
  readonly stillAngry: readonly string[];
  readonly praise: readonly string[];
  readonly praiseOf: Readonly<Record<Category, readonly string[]>>;
  readonly lukewarm: readonly string[];
  readonly bitter: readonly string[];
  readonly easy: readonly string[];
  readonly hard: readonly string[];
  readonly reviewTitles: { readonly good: readonly string[]; readonly bad: readonly string[] };
  readonly comparisons: readonly string[];
  readonly referral: readonly string[];
  readonly consent: string;
}

/** Fills in the product and the order's number. */
export function fill(text: string, product: string, number: string): string {
  return text.replaceAll('{product}', product).replaceAll('{number}', number);
}
