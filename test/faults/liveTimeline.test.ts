import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { subgraphs } from '../../subgraphs/all.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { plainEnvironment, run, type RunningCommand } from '../support/startHarness.js';
import { ask, type Untyped } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

/** Each subgraph and the gateway as a process of its own, and a dashboard that follows the live timeline. */
let database: TestDatabase;
const processes = new Map<string, RunningCommand>();
const urls = new Map<string, string>();
const PATIENCE = 180_000;
/** How long a dashboard waits before it comes back. */
const RETRY_MS = 50;

async function start(name: string): Promise<void> {
  const known = urls.get(name);
  const port = known ? new URL(known).port : '0';
  const addresses = [...urls].map(([other, url]) => [`${other.toUpperCase()}_URL`, url]);
  const env = { ...plainEnvironment(), ...Object.fromEntries(addresses), DATABASE_URL: database.url, PORT: port };
  const isGateway = name === 'gateway';
  const script = isGateway ? 'dist/gateway/main.js' : `dist/subgraphs/${name}/main.js`;
  const args = isGateway ? ['--port', port, '--auth', 'off'] : [];
  const child = run(process.execPath, [join(process.cwd(), script), ...args], { env });
  processes.set(name, child);
  const [, url = ''] = await child.prints(/"url":"(http:[^"]+)"/);
  urls.set(name, url);
}

async function kill(name: string): Promise<void> {
  processes.get(name)?.signal('SIGKILL');
  await processes.get(name)?.ended;
}

async function query(text: string, variables: object = {}): Promise<Untyped> {
  const answer = await ask(urls.get('gateway') ?? '', text, variables);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

const ADDED = `subscription ($after: String) { touchpointAdded(after: $after) {
  cursor touchpoint { summary department customer { displayName } } } }`;

/** A dashboard as the README shows it: whenever its connection is lost it comes back with the last cursor that it saw. */
class Dashboard {
  readonly seen: { cursor: string; touchpoint: Untyped }[] = [];
  #dropped = false;
  #socket: WebSocket | undefined;
  readonly #done: Promise<void>;

  constructor(private after?: string) {
    this.#done = this.#follow();
  }

  get cursor(): string | undefined {
    return this.after;
  }

  get summaries(): string[] {
    return this.seen.map(({ touchpoint }) => touchpoint.summary);
  }

  /** Cuts the connection, and does not come back. */
  async drop(): Promise<void> {
    this.#dropped = true;
    this.#socket?.terminate();
    await this.#done;
  }

  async #follow(): Promise<void> {
    while (!this.#dropped) {
      const client = createClient({
        url: (urls.get('gateway') ?? '').replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        on: { opened: (socket) => (this.#socket = socket as WebSocket) },
      });
      try {
        const events = client.iterate<Untyped>({ query: ADDED, variables: { after: this.after } });
        for await (const { data, errors } of events) {
          if (errors) throw new Error(JSON.stringify(errors));
          this.seen.push(data.touchpointAdded);
          this.after = data.touchpointAdded.cursor;
        }
      } catch {
        // The gateway is away, or the touchpoints behind it: from the last cursor nothing is missed.
        // It comes back after a moment, as clients do: without one it would take the CPU of what starts.
        if (!this.#dropped) await pause(RETRY_MS);
      } finally {
        await client.dispose();
      }
    }
  }
}

let customerId: string;
let employeeId: string;

function contact(summary: string): object {
  return { customerId, channel: 'CHAT', direction: 'OUTBOUND', department: 'OTHER', kind: 'NOTE', summary };
}

/**
 * Records so many contacts, named by a word and a number, and tells their names in the order in which they were recorded.
 * @param atOnce how many one request records, one after another
 */
async function record(word: string, count: number, atOnce = 1): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `${word} ${index}`);
  for (let first = 0; first < count; first += atOnce) {
    const some = names.slice(first, first + atOnce);
    const variables = Object.fromEntries(
      some.flatMap((summary, index) => [
        [`key${index}`, summary],
        [`input${index}`, contact(summary)],
      ]),
    );
    const definitions = some.map((_, index) => `$key${index}: String!, $input${index}: RecordTouchpointInput!`);
    const fields = some.map(
      (_, index) => `r${index}: recordTouchpoint(idempotencyKey: $key${index}, input: $input${index}) { id }`,
    );
    // As a client does: the same call again, until it is answered.
    await waitUntil(() =>
      query(`mutation (${definitions.join(', ')}) { ${fields.join(' ')} }`, variables).then(
        () => true,
        () => false,
      ),
    );
  }
  return names;
}

beforeAll(async () => {
  database = await createTestDatabase();
  for (const { name } of subgraphs) await start(name);
  await start('gateway');
  const { identifyCustomer, createEmployee } = await query(`mutation {
    identifyCustomer(input: { displayName: "Anna Gruber", emails: ["anna@example.com"] }) { customer { id } }
    createEmployee(input: { name: "Eva Lang", team: "North" }) { id } }`);
  customerId = identifyCustomer.customer.id;
  employeeId = createEmployee.id;
}, PATIENCE);
afterAll(async () => {
  for (const child of processes.values()) child.signal('SIGTERM');
  await Promise.all([...processes.values()].map((child) => child.ended));
  await database.drop();
});

/** A dashboard that has begun to see: what is recorded from now on it must get. */
async function beginning(): Promise<Dashboard> {
  const dashboard = new Dashboard();
  let number = 0;
  await waitUntil(async () => {
    await record(`hello ${Date.now()}-${(number += 1)}`, 1);
    return dashboard.seen.length > 0;
  });
  return dashboard;
}

test(
  "each department's mutations arrive, with what the other subgraphs know",
  async () => {
    const dashboard = await beginning();
    const ids = { c: customerId, e: employeeId };
    await query(
      `mutation ($c: ID!, $e: ID!) { logActivity(input: { kind: CALL, customerId: $c, employeeId: $e, subject: "Hello" }) { id } }`,
      ids,
    );
    await query(
      `mutation ($c: ID!) { openCase(input: { customerId: $c, kind: QUESTION, channel: EMAIL, subject: "Opening hours" }) { id } }`,
      ids,
    );
    await query(
      `mutation ($c: ID!) { grantConsent(input: { customerId: $c, purpose: MARKETING, source: "web", text: "Yes" }) { id } }`,
      ids,
    );
    await query(
      `mutation ($c: ID!) { recordReview(input: { customerId: $c, site: "Google", rating: 5 }) { id } }`,
      ids,
    );
    const arrived = () =>
      dashboard.seen
        .map(({ touchpoint }) => touchpoint)
        .filter(({ department }) => department !== 'OTHER')
        .map(({ department, customer }) => `${department} ${customer.displayName}`);
    await waitUntil(() => arrived().length >= 4);
    expect(arrived().toSorted()).toEqual(
      ['FEEDBACK', 'MARKETING', 'SALES', 'SERVICE'].map((department) => `${department} Anna Gruber`),
    );
    await dashboard.drop();
  },
  PATIENCE,
);

test(
  'who comes back with the last cursor gets exactly the six hundred that were missed, then what comes',
  async () => {
    const first = await beginning();
    await record('seen', 1);
    await waitUntil(() => first.summaries.includes('seen 0'));
    await first.drop();
    // More than the subgraph reads at once.
    const missed = await record('missed', 600, 20);
    const second = new Dashboard(first.cursor);
    await waitUntil(() => second.seen.length >= 600);
    const live = await record('live', 5);
    await waitUntil(() => second.seen.length >= 605);
    await second.drop();
    expect(second.summaries).toEqual([...missed, ...live]);
  },
  PATIENCE,
);

test.each(['gateway', 'touchpoints'])(
  'when the %s is killed and started again, each arrives exactly once',
  async (name) => {
    const dashboard = await beginning();
    const before = dashboard.seen.length;
    const recording = record(`${name} is killed`, 80);
    await waitUntil(() => dashboard.seen.length > before + 20);
    await kill(name);
    await start(name);
    const recorded = await recording;
    const arrived = () => dashboard.summaries.filter((summary) => summary.startsWith(`${name} is killed`));
    await waitUntil(() => arrived().length >= recorded.length, 60_000);
    await dashboard.drop();
    expect(arrived()).toEqual(recorded);
  },
  PATIENCE,
);

test(
  "the README's program prints what happens, and goes on when the gateway was away",
  async () => {
    const [, program = ''] = /```js\n([^]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    const socket = (urls.get('gateway') ?? '').replace('http', 'ws');
    // Beside the packages that it imports.
    const folder = mkdtempSync(join(process.cwd(), 'node_modules', '.readme-'));
    const file = join(folder, 'dashboard.mjs');
    writeFileSync(file, program.replace('ws://localhost:4000/graphql', socket));
    const dashboard = run(process.execPath, [file], { env: plainEnvironment() });
    try {
      let number = 0;
      await waitUntil(async () => {
        await record(`readme ${(number += 1)}`, 1);
        return dashboard.output().includes('CHAT Anna Gruber readme');
      });
      await kill('gateway');
      const meanwhile = record('while it was away', 1);
      await start('gateway');
      await meanwhile;
      await dashboard.prints(/CHAT Anna Gruber while it was away 0/);
      expect(dashboard.errors()).toMatch(/^lost \(.+\), going on behind the last one$/m);
    } finally {
      dashboard.signal('SIGKILL');
      await dashboard.ended;
      rmSync(folder, { recursive: true });
    }
  },
  PATIENCE,
);
