import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import { subgraphs } from '../../subgraphs/all.js';
import { readDatabaseUrl } from '../../subgraphs/kit/config.js';
import { createDataSource } from '../../subgraphs/kit/createDataSource.js';
import { erasures } from '../../subgraphs/kit/erasure/erasures.js';
import type { EventConsumer } from '../../subgraphs/kit/events/EventConsumer.js';
import { type DeadLetter, deadLetters, replay } from '../../subgraphs/kit/events/takeInEvents.js';
import { migrate } from '../../subgraphs/kit/migrate.js';
import { openLocalDatabase } from '../start/openLocalDatabase.js';

/** `npm run events`: looks at the events that a subgraph could not take in, and takes them in after all. */

const HELP = `Events that a subgraph could not take in are parked, so that later ones can follow. This lists and replays them.

  npm run events                       lists them: id, consumer, when, why
  npm run events -- replay             takes all of them in again; those that still fail stay, with the reason
  npm run events -- replay ID [ID...]  only these

  --database-folder DIR  data folder of npm start, used without DATABASE_URL (default .data; or the variable DATA)
  --help                 this text

It looks in the Postgres of DATABASE_URL, or <NAME>_DATABASE_URL for one subgraph; without them in that of npm start,
whether that runs or not. Ends with 0; with 1 when an event still failed; with 2 for a wrong command line.`;

/** Ends the command with a wrong command line. */
class UsageError extends Error {}

interface Parked {
  readonly dataSource: DataSource;
  readonly consumer: EventConsumer;
  readonly letter: DeadLetter;
}

function readCommand() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { 'database-folder': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    const [command = 'list', ...ids] = positionals;
    if (command !== 'list' && command !== 'replay') throw new Error(`there is no command ${command}`);
    if (command === 'list' && ids.length > 0) throw new Error('list takes no ids');
    return { help: values.help ?? false, folder: values['database-folder'], command, ids };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; npm run events -- --help tells how`);
  }
}

async function findParked(dataSources: DataSource[], environment: NodeJS.ProcessEnv): Promise<Parked[]> {
  const parked: Parked[] = [];
  for (const subgraph of subgraphs) {
    const url = readDatabaseUrl(subgraph, environment);
    await migrate(subgraph, url);
    const dataSource = await createDataSource(subgraph, { url, poolSize: 1 }).initialize();
    dataSources.push(dataSource);
    for (const consumer of [erasures(subgraph.erase), ...(subgraph.consumers ?? [])]) {
      for (const letter of await deadLetters(dataSource, consumer)) parked.push({ dataSource, consumer, letter });
    }
  }
  return parked;
}

function list(parked: readonly Parked[]): void {
  for (const { letter } of parked) {
    console.log(`${letter.eventId}  ${letter.consumer}  ${letter.parkedAt.toISOString()}  ${letter.reason}`);
  }
  console.log(`${parked.length} parked ${parked.length === 1 ? 'event' : 'events'}`);
}

async function replayAll(parked: readonly Parked[], ids: readonly string[]): Promise<void> {
  const known = new Set(parked.map(({ letter }) => letter.eventId));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw new UsageError(`no event is parked with the id ${unknown.join(', ')}`);
  let failed = 0;
  const chosen = parked.filter(({ letter }) => ids.length === 0 || ids.includes(letter.eventId));
  for (const { dataSource, consumer, letter } of chosen) {
    try {
      await replay(dataSource, consumer, letter);
      console.log(`${letter.eventId}  taken in`);
    } catch (error) {
      failed += 1;
      console.log(`${letter.eventId}  still fails: ${(error as Error).message}`);
    }
  }
  console.log(`${chosen.length - failed} taken in, ${failed} still parked`);
  if (failed > 0) process.exitCode = 1;
}

function say(line: string): void {
  console.error(`events: ${line}`);
}

async function main(): Promise<void> {
  const { help, folder, command, ids } = readCommand();
  if (help) {
    console.log(HELP);
    return;
  }
  const hasUrl = process.env.DATABASE_URL !== undefined || process.env.TOUCHPOINTS_DATABASE_URL !== undefined;
  const local = hasUrl
    ? undefined
    : await openLocalDatabase(folder ?? (process.env.DATA || '.data'), say, new AbortController().signal);
  const dataSources: DataSource[] = [];
  try {
    const parked = await findParked(dataSources, { DATABASE_URL: local?.url, ...process.env });
    if (command === 'list') list(parked);
    else await replayAll(parked, ids);
  } finally {
    await Promise.all(dataSources.map((dataSource) => dataSource.destroy()));
    await local?.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(`events: ${(error as Error).message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
