import { expect, it } from '@jest/globals';
import { CreateWordSearch1763700000001 } from '../../subgraphs/kit/sql/migrations/CreateWordSearch1763700000001.js';
import { SplitWordsFaster1764450000000 } from '../../subgraphs/kit/sql/migrations/SplitWordsFaster1764450000000.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { createTestDatabase } from '../support/postgres.js';

it('the words of a text stay what they were, whatever separates them, so that what is stored is still found', async () => {
  const database = await createTestDatabase();
  const definition = { name: 'public', entities: [], migrations: [] };
  const dataSource = await createDataSource(definition, { url: database.url }).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await new CreateWordSearch1763700000001().up(runner);
    // Each character that there is, between words, in a word of its own, and at both ends.
    await runner.query(`
      CREATE TABLE said AS SELECT c || 'Ab' || c || 'cD ' || c || ' ' || c || c || 'Éx' || c AS text
        FROM (SELECT chr(n) AS c FROM generate_series(1, 65535) AS n WHERE n NOT BETWEEN 55296 AND 57343) AS every
        UNION ALL SELECT repeat('long words, ', 100) UNION ALL SELECT '' UNION ALL SELECT ' - ';
      ALTER TABLE said ADD COLUMN words tsvector GENERATED ALWAYS AS (words_of(text)) STORED;
    `);
    await new SplitWordsFaster1764450000000().up(runner);
    expect(
      await runner.query('SELECT text, words FROM said WHERE words_of(text) IS DISTINCT FROM words LIMIT 5'),
    ).toEqual([]);
    expect(await runner.query(`SELECT words_of('A.b@Example.com, “Ö”')::text AS words`)).toEqual([
      { words: "'a' 'b' 'com' 'example' 'ö'" },
    ]);
  } finally {
    await runner.release();
    await dataSource.destroy();
    await database.drop();
  }
});
