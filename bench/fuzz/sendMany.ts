import { randomSequence } from '../graphs/randomSequence.js';
import type { FuzzTarget } from './FuzzTarget.js';
import { type HostileKind, OUTCOMES, type Outcome } from './HostileKind.js';

/** What came of many of one kind. */
export interface Sent {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** What was wrong with an answer, each of at most so many characters; the first ten. */
  readonly problems: readonly string[];
  /** How many were wrong. */
  readonly wrong: number;
}

const PROBLEMS_TOLD = 10;
const PROBLEM_LENGTH = 1_500;

/**
 * Sends many of one kind, some at the same time.
 *
 * @param from the index of the first
 * @param to the index behind the last
 */
export async function sendMany(
  kind: HostileKind,
  target: FuzzTarget,
  { from, to, seed }: { readonly from: number; readonly to: number; readonly seed: number },
): Promise<Sent> {
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const problems: string[] = [];
  let wrong = 0;
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to) {
      const index = next;
      next += 1;
      try {
        outcomes[await kind.send(target, randomSequence(seed + index * 7_919), index)] += 1;
      } catch (error) {
        wrong += 1;
        const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        if (problems.length < PROBLEMS_TOLD)
          problems.push(`${kind.name} ${index}: ${problem.slice(0, PROBLEM_LENGTH)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: kind.together }, work));
  return { outcomes, problems, wrong };
}
