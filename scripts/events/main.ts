import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { subgraphs } from '../../subgraphs/all.js';
import { readDatabaseUrl } from '../../subgraphs/kit/serve/config.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import { consumersOf } from '../../subgraphs/kit/serve/consumersOf.js';
import { type DeadLetter, deadLetters, drop } from '../../subgraphs/kit/flow/deadLetters.js';
import { replay } from '../../subgraphs/kit/flow/takeInEvents.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { readRegistry } from '../../schema/registry.js';
import { signingKeys } from '../../subgraphs/kit/serve/signingKeys.js';
import { keepSigningKeys } from '../../subgraphs/kit/serve/signingKeysOf.js';
import { deliverAgain } from '../../subgraphs/kit/flow/webhooks/deliver.js';
import { openWebhookStore, WEBHOOK_STORE } from '../../subgraphs/kit/flow/webhooks/openWebhookStore.js';
import { startWebhooks } from '../../subgraphs/kit/flow/webhooks/startWebhooks.js';
import type { Webhook } from '../../subgraphs/kit/flow/webhooks/Webhook.js';
import { openLocalDatabase } from '../start/openLocalDatabase.js';

/** `npm run events`: looks at the events that a subgraph could not take in, and takes them in after all. */

const HELP = `Events that a subgraph or a webhook could not take in are parked, so that later ones can follow. Those of which customers exist are held
instead, and tried again by themselves; later ones about the same customers wait behind them. This lists, replays and drops both, and
hands events on to webhooks.

  npm run events                       lists them: id, whose consumer, since when, parked or held, why
  npm run events -- replay             takes all of them in again; those that still fail stay, with the reason
  npm run events -- replay ID [ID...]  only these
  npm run events -- drop ID [ID...]    gives these up for good: they are never taken in, and what waits behind them follows; where several
                                       hold an event, say whose: sales.customers/ID
  npm run events -- deliver            hands events on to the webhooks of subgraphs.yaml, until it is stopped

  --database-folder DIR  data folder of npm start, used without DATABASE_URL (default .data; or the variable DATA)
  --help                 this text

It looks in the Postgres of DATABASE_URL, or <NAME>_DATABASE_URL for one subgraph; without them in that of npm start,
whether that runs or not. Events come from EVENT_BUS_URL, else from there. What is sent to a webhook is signed with SIGNING_KEY ("off" signs
nothing). Ends with 0; with 1 when an event still failed; with 2 for a wrong command line.`;

/** Ends the command with a wrong command line. */
class UsageError extends Error {}

interface Parked {
  /** Who could not take it in: `sales.customers`, or `webhooks.club`. */
  readonly by: string;
  readonly letter: DeadLetter;
  /** Takes it in after all; rejects when that fails. */
  readonly replay: () => Promise<void>;
  /** Gives it up. */
  readonly drop: () => Promise<void>;
}

function readCommand() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { 'database-folder': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    const [command = 'list', ...ids] = positionals;
    if (command !== 'list' && command !== 'replay' && command !== 'drop' && command !== 'deliver')
      throw new Error(`there is no command ${command}`);
    if (command !== 'replay' && command !== 'drop' && ids.length > 0) throw new Error(`${command} takes no ids`);
    if (command === 'drop' && ids.length === 0) throw new Error('drop takes the ids of the events to give up');
    return { help: values.help ?? false, folder: values['database-folder'], command, ids };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; npm run events -- --help tells how`);
  }
}

async function findParked(dataSources: DataSource[], environment: NodeJS.ProcessEnv): Promise<Parked[]> {
  const parked: Parked[] = [];
  for (const subgraph of subgraphs) {
    const url = readDatabaseUrl(subgraph, environment);
    await migrateSubgraph(subgraph, url);
    const dataSource = await createDataSource(subgraph, { url, poolSize: 1 }).initialize();
    dataSources.push(dataSource);
    for (const consumer of consumersOf(subgraph)) {
      for (const letter of await deadLetters(dataSource, consumer)) {
        parked.push({
          by: `${subgraph.name}.${consumer.name}`,
          letter,
          replay: () => {
            // Only a receipt asks for it: whose signature is checked.
            if (environment.SIGNING_KEY !== undefined) keepSigningKeys(dataSource, readSigningKeys(environment));
            return replay(dataSource, consumer, letter);
          },
          drop: () => drop(dataSource, letter),
        });
      }
    }
  }
  const webhooks = await readWebhooks();
  if (webhooks.length > 0) {
    const signingKey = readSigningKey(environment);
    const dataSource = await openWebhookStore(readDatabaseUrl(WEBHOOK_STORE, environment));
    dataSources.push(dataSource);
    for (const webhook of webhooks) {
      for (const letter of await deadLetters(dataSource, webhook)) {
        parked.push({
          by: `webhooks.${webhook.name}`,
          letter,
          replay: () => deliverAgain(dataSource, webhook, letter, signingKey),
          drop: () => drop(dataSource, letter),
        });
      }
    }
  }
  return parked;
}

async function readWebhooks(): Promise<Webhook[]> {
  const { subgraphs: listed } = await readRegistry();
  return listed.flatMap(({ name, webhook }) => (webhook ? [{ name, ...webhook }] : []));
}

/** The key with which webhooks are signed; null for none. */
function readSigningKey(environment: NodeJS.ProcessEnv): string | null {
  return readSigningKeys(environment)?.[0] ?? null;
}

/** The keys with which subgraphs sign; null for none. */
function readSigningKeys(environment: NodeJS.ProcessEnv): readonly string[] | null {
  const read = signingKeys('127.0.0.1', environment.NODE_ENV === 'production').safeParse(environment.SIGNING_KEY);
  if (!read.success) throw new UsageError(read.error.issues.map(({ message }) => message).join('; '));
  return read.data;
}

/** Hands events on until the process is told to end. */
async function deliverAll(environment: NodeJS.ProcessEnv): Promise<void> {
  const webhooks = await readWebhooks();
  if (webhooks.length === 0)
    throw new UsageError('no subgraph has a webhook in subgraphs.yaml; docs/events.md tells how');
  const signingKey = readSigningKey(environment);
  const log = pino({ level: environment.LOG_LEVEL ?? 'info' });
  const databaseUrl = readDatabaseUrl(WEBHOOK_STORE, environment);
  const options = { databaseUrl, eventBusUrl: environment.EVENT_BUS_URL, signingKey };
  const running = await startWebhooks(webhooks, options, log);
  for (const { name, url, events } of webhooks) console.log(`${events.join(', ')} -> ${name} at ${url}`);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await running.stop();
}

function list(parked: readonly Parked[]): void {
  for (const { by, letter } of parked) {
    console.log(
      `${letter.eventId}  ${by}  ${letter.parkedAt.toISOString()}  ${letter.heldFor ? 'held' : 'parked'}: ${letter.reason}`,
    );
  }
  const held = parked.filter(({ letter }) => letter.heldFor !== null).length;
  console.log(`${parked.length - held} parked, ${held} held`);
}

/** Those with these ids, in their order. */
function choose(parked: readonly Parked[], ids: readonly string[]): readonly Parked[] {
  const known = new Set(parked.map(({ letter }) => letter.eventId));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw new UsageError(`no event is parked or held with the id ${unknown.join(', ')}`);
  return parked.filter(({ letter }) => ids.includes(letter.eventId));
}

/**
 * Those with these ids, each of one consumer.
 * @throws UsageError where several have an event, and it is not said whose is meant
 */
function chooseOne(parked: readonly Parked[], ids: readonly string[]): readonly Parked[] {
  return ids.map((id) => {
    const [one, ...others] = parked.filter(
      ({ by, letter }) => id === letter.eventId || id === `${by}/${letter.eventId}`,
    );
    if (one === undefined) throw new UsageError(`no event is parked or held with the id ${id}`);
    if (others.length === 0) return one;
    const names = [one, ...others].map(({ by }) => `${by}/${id}`);
    throw new UsageError(`several have the event ${id}; say which of them gives it up: ${names.join(', ')}`);
  });
}

async function dropAll(chosen: readonly Parked[]): Promise<void> {
  for (const { by, letter, drop: giveUp } of chosen) {
    await giveUp();
    console.log(`${letter.eventId}  ${by}  dropped`);
  }
  console.log(`${chosen.length} dropped`);
}

async function replayAll(chosen: readonly Parked[]): Promise<void> {
  let failed = 0;
  for (const { by, letter, replay: takeIn } of chosen) {
    try {
      await takeIn();
      console.log(`${letter.eventId}  ${by}  taken in`);
    } catch (error) {
      failed += 1;
      console.log(`${letter.eventId}  ${by}  still fails: ${(error as Error).message}`);
    }
  }
  console.log(`${chosen.length - failed} taken in, ${failed} left`);
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
    const environment = { DATABASE_URL: local?.url, ...process.env };
    if (command === 'deliver') {
      await deliverAll(environment);
      return;
    }
    const parked = await findParked(dataSources, environment);
    if (command === 'list') list(parked);
    else if (command === 'drop') await dropAll(chooseOne(parked, ids));
    else await replayAll(ids.length === 0 ? parked : choose(parked, ids));
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
