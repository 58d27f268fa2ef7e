import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What separates words: all punctuation of ASCII (so that `a.b@example.com` is four words, whoever writes or searches it),
 * white space, and the quotation marks, dashes and dots of other writings.
 */
const SEPARATORS = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~\t\n\r\u00a0“”„‘’‚«»‹›–—…·•¿¡、。';

/** A text as an SQL literal that knows escapes. */
function literal(text: string): string {
  return `E'${text.replace(/[\\']/g, '\\$&').replace(/\t/g, '\\t').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
}

/**
 * Text search by the beginnings of words, in the same way in every subgraph and every locale: `words_of(text)` for an
 * index or a stored column, `words_query(text)` for what is searched. Postgres' own parser is not used: it takes
 * `a-b.c` for a host and `/x` for a file, which people who search do not.
 */
export class CreateWordSearch1763700000001 implements MigrationInterface {
  readonly name = 'CreateWordSearch1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    // Without a collation that knows all letters, a database in the C locale would tell Ö from ö.
    const known = (await runner.query(
      `SELECT collname AS name FROM pg_collation WHERE collname IN ('pg_c_utf8', 'und-x-icu')
       AND collnamespace = 'pg_catalog'::regnamespace ORDER BY collname DESC`,
    )) as { name: string }[];
    const [collation] = known;
    const collate = collation ? `COLLATE pg_catalog."${collation.name}"` : '';
    // A word of tsvector has at most 2046 bytes, so a longer text is cut. Names are qualified, because Postgres keeps
    // indexes with an empty search path.
    await runner.query(`
      CREATE FUNCTION words_of(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
        array_to_tsvector(array_remove(string_to_array(translate(lower(left($1, 500) ${collate}),
          ${literal(SEPARATORS)}, repeat(' ', ${SEPARATORS.length})), ' '), ''));
      CREATE FUNCTION words_query(text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (
        SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery FROM unnest(tsvector_to_array(words_of($1))) AS word);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION words_query(text), words_of(text)');
  }
}
