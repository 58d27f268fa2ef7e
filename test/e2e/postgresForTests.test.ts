import { Client } from 'pg';
import { createTestDatabase } from '../support/postgres.js';

test('each test database is empty, apart, in UTF-8 and in UTC, and is gone once dropped', async () => {
  const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const client = new Client({ connectionString: one.url });
  await client.connect();
  await client.query('CREATE TABLE person (name text)');
  await client.query("INSERT INTO person VALUES ('Zoë'), ('ÉMILE')");
  const { rows } = await client.query<Record<string, string>>(
    `SELECT current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS zone,
            (SELECT lower(name) FROM person WHERE lower(name) = 'émile') AS lower`,
  );
  expect(rows).toEqual([{ encoding: 'UTF8', zone: 'UTC', lower: 'émile' }]);
  await client.end();

  const other = new Client({ connectionString: two.url });
  await other.connect();
  await expect(other.query('SELECT * FROM person')).rejects.toThrow('does not exist');
  await other.end();

  await Promise.all([one.drop(), two.drop()]);
  await expect(new Client({ connectionString: one.url }).connect()).rejects.toThrow('does not exist');
});
