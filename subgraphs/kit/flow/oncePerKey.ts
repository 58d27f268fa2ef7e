import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { z } from 'zod';
import type { Database } from '../sql/Database.js';
import { badUserInput } from '../graph/errors.js';
import { parseInput } from '../graph/parseInput.js';

/** Of keys from before it was noted whose they are; they are kept for a week. */
const ANYBODY = '';

/** A mutation that its caller may send again without writing twice. */
export interface Idempotency {
  /** The caller's `idempotencyKey`; without one, each call writes. */
  readonly key: string | null | undefined;
  /** The mutation's name: a key belongs to one mutation. */
  readonly mutation: string;
  /** All its other arguments, as they were given. */
  readonly input: unknown;
  /** The same as the caller gave them, where ids of customers who were merged since stand in it. */
  readonly given?: unknown;
  /** Whether the answer may be of a customer who was erased; else it is not given again once they were. */
  readonly answersErased?: boolean;
}

/** How answers are kept for the next time: by references to the rows that they hold, never by what those say. */
export interface Answers {
  /** What is kept of an answer, as JSON; to be asked in the transaction that wrote it. */
  refer(answer: unknown): Promise<unknown>;
  /**
   * The answer that was kept, with its rows as they are by now.
   * @param mayBeErased whether rows of customers who were erased count
   * @returns undefined when one of its rows is not there any more
   */
  readAgain(kept: unknown, mayBeErased: boolean): Promise<unknown>;
}

/** The arguments of a mutation as one text, whatever the order of their names and the case of ids. */
function digest(input: unknown): string {
  const sorted = JSON.stringify(input, (_key, value: unknown) => {
    if (typeof value === 'string' && isUuid(value)) return value.toLowerCase();
    return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
  return createHash('sha256')
    .update(sorted ?? 'null')
    .digest('base64');
}

/**
 * Runs `work`, unless the same call was answered before: then nothing is written, and what it answered is read again and given as it is by now. The
 * key is taken inside the transaction, so of two equal calls at once the second waits for the first and repeats its answer,
 * and a call that failed may be sent again. Keys are kept for a week (`forgetOldKeys`).
 * @param caller whose key it is: another caller's is another
 * @param answers how its answer is kept, and read in the same transaction
 * @throws BAD_USER_INPUT when the key was used for something else, or what was answered first is gone: its customer was erased, or a merge taken back
 */
export async function oncePerKey<R>(
  database: Database,
  manager: EntityManager,
  caller: string,
  { key: given, mutation, input, given: before = input, answersErased = false }: Idempotency,
  answers: Answers,
  work: () => Promise<R>,
): Promise<R> {
  if (given === null || given === undefined) return work();
  const key = parseInput(idempotencyKey, given, 'idempotencyKey');
  // As the caller gave it: who a customer is may have changed when it is sent again.
  const hash = digest(before);
  const taken = await database.query(
    sql`INSERT INTO idempotency_key (key, caller, mutation, hash) SELECT ${key}, ${caller}, ${mutation}, ${hash}
        WHERE NOT EXISTS (SELECT FROM idempotency_key WHERE key = ${key} AND caller = ${ANYBODY})
        ON CONFLICT (key, caller) DO NOTHING RETURNING key`,
    manager,
  );
  if (taken.length === 0) {
    const [first] = await database.query<{ mutation: string; hash: string; answer: unknown; isKept: boolean }>(
      sql`SELECT mutation, hash, answer, answer IS NOT NULL AS "isKept" FROM idempotency_key
          WHERE key = ${key} AND caller IN (${caller}, ${ANYBODY})`,
      manager,
    );
    if (first?.mutation !== mutation || (first.hash !== hash && first.hash !== digest(input))) {
      throw badUserInput(
        'idempotencyKey was used for another call; use a new one for each call that differs',
        'idempotencyKey',
      );
    }
    const answer = first.isKept ? await answers.readAgain(first.answer, answersErased) : undefined;
    if (answer !== undefined) return answer as R;
    throw badUserInput(
      'this call was answered before, and what it answered is not there any more: the customer was erased since, or a merge of theirs was taken back. Nothing was written',
      'idempotencyKey',
    );
  }
  const answer = await work();
  const kept = JSON.stringify(await answers.refer(answer));
  await database.query(
    sql`UPDATE idempotency_key SET answer = ${kept}::jsonb WHERE key = ${key} AND caller = ${caller}`,
    manager,
  );
  return answer;
}

const idempotencyKey = z
  .string()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');
