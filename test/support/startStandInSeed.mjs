/** Writes one row a start, so that a test sees what is kept; with a first customer. */
import { Client } from 'pg';
import { standInProcess } from './startStandInProcess.mjs';

standInProcess('seed');
const client = new Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('CREATE TABLE IF NOT EXISTS start (args text)');
await client.query('INSERT INTO start VALUES ($1)', [process.argv.slice(2).join(' ')]);
await client.end();
process.exit(0);
