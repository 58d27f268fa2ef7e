import type { FuzzTarget } from './FuzzTarget.js';

/** What became of one: it was done, refused, turned away for there was too much, or nobody heard of it, as the client left. */
export const OUTCOMES = ['answered', 'refused', 'shed', 'left'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A way to be hostile. */
export interface HostileKind {
  readonly name: string;
  /** What it does, for people who choose. */
  readonly what: string;
  /** So many are under way at once. */
  readonly together: number;
  /**
   * Does it once.
   *
   * @param random from 0 up to 1, the same for the same seed
   * @param index how many there were before
   * @throws Error that says what is wrong with what came back
   */
  send(target: FuzzTarget, random: () => number, index: number): Promise<Outcome>;
}
