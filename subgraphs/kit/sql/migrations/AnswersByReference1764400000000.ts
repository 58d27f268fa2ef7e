import type { MigrationInterface, QueryRunner } from 'typeorm';
import { validate as isUuid } from 'uuid';

/** How many answers are converted at once. */
const BATCH = 1_000;

/** An answer that cannot be told by references. */
class Untold extends Error {}

/**
 * The answer of an idempotency key says which rows it held, and not what those say: it is read again. What answers told until now is gone. One that cannot be
 * told so is lost: its key stays, so that nothing is written twice, and is refused.
 */
export class AnswersByReference1764400000000 implements MigrationInterface {
  readonly name = 'AnswersByReference1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    const keys = new Map(
      runner.connection.entityMetadatas.map((metadata) => [
        metadata.name,
        metadata.primaryColumns.map(({ propertyName }) => propertyName),
      ]),
    );
    for (let last = { key: '', caller: '' }; ;) {
      const rows = (await runner.query(
        `SELECT key, caller, answer FROM idempotency_key WHERE (key, caller) > ($1, $2) AND answer IS NOT NULL
         ORDER BY key, caller LIMIT ${BATCH}`,
        [last.key, last.caller],
      )) as { key: string; caller: string; answer: unknown }[];
      const end = rows.at(-1);
      if (end === undefined) return;
      last = end;
      await runner.query(
        `UPDATE idempotency_key AS i SET answer = g.answer::jsonb FROM unnest($1::text[], $2::text[], $3::text[]) AS g (key, caller, answer)
         WHERE i.key = g.key AND i.caller = g.caller`,
        [rows.map(({ key }) => key), rows.map(({ caller }) => caller), rows.map(({ answer }) => convert(answer, keys))],
      );
    }
  }

  /** The version before gives what is kept: it is refused instead, as that of somebody who was erased. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE idempotency_key SET answer = '{"$erased": true}'`);
  }
}

/** @returns the answer by references, as JSON; null when it cannot be told so */
function convert(answer: unknown, keys: ReadonlyMap<string, readonly string[]>): string | null {
  try {
    return JSON.stringify(refer(answer, keys));
  } catch (error) {
    if (error instanceof Untold) return null;
    throw error;
  }
}

function refer(packed: unknown, keys: ReadonlyMap<string, readonly string[]>): unknown {
  if (packed === null || typeof packed === 'boolean' || typeof packed === 'number') return packed;
  if (typeof packed === 'string' && isUuid(packed)) return packed;
  if (Array.isArray(packed)) return packed.map((item) => refer(item, keys));
  if (typeof packed !== 'object' || '$erased' in packed || '$date' in packed) throw new Untold();
  const values = packed as Readonly<Record<string, unknown>>;
  if (!('$entity' in values)) {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, refer(value, keys)]));
  }
  const key = keys.get(String(values.$entity));
  if (!key?.every((name) => typeof values[name] === 'string' || typeof values[name] === 'number')) throw new Untold();
  return Object.fromEntries(['$entity', ...key].map((name) => [name, values[name]]));
}
