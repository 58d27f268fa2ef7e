import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { createClient } from 'graphql-ws';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { startEmbeddedPostgres } from '../scripts/start/embeddedPostgres.js';
import { quantile } from './quantile.js';
import { startProcess, type BenchProcess } from './startProcess.js';
import { UNLIMITED } from './unlimited.js';

export interface MomentsOptions {
  /** How many mutations are measured. */
  readonly requests: number;
}

interface Answer {
  readonly data: { identifyCustomer: { customer: { id: string } } };
  readonly errors?: unknown;
}

interface Added {
  readonly touchpointAdded: { readonly touchpoint: { readonly summary: string } };
}

async function ask(url: string, query: string, variables: object = {}): Promise<Answer> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.body.json()) as Answer;
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer;
}

function line(name: string, values: readonly number[]): void {
  const [p50, p99] = [quantile(values, 0.5), quantile(values, 0.99)];
  console.log(`${name.padEnd(44)} p50 ${p50.toFixed(1)} ms   p99 ${p99.toFixed(1)} ms`);
}

const REVIEW = `mutation ($id: ID!, $text: String!) {
  recordReview(input: { customerId: $id, site: "Bench", rating: 4, text: $text }) { id } }`;

/**
 * From a mutation in one department to the timeline: the six subgraphs in one process and the gateway, as `npm start` runs them, and a dashboard that
 * subscribes through the gateway. One mutation at a time.
 */
export async function moments({ requests }: MomentsOptions): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir: resolve('.data/bench-moments'), log: console.error });
  const processes: BenchProcess[] = [];
  try {
    const signing = { SIGNING_KEY: randomBytes(32).toString('hex') };
    const env = { DATABASE_URL: postgres.url, PORT: '0', ...signing };
    const subgraphs = await startProcess('subgraphs/main.js', [], env);
    processes.push(subgraphs);
    const addresses = Object.entries(subgraphs.urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]);
    const gateway = await startProcess('gateway/main.js', ['--port', '0', '--auth', 'off', ...UNLIMITED], {
      ...signing,
      ...Object.fromEntries(addresses),
    });
    processes.push(gateway);
    const url = gateway.urls['gateway'] ?? '';
    const { data } = await ask(
      url,
      'mutation { identifyCustomer(input: { displayName: "Bench", emails: ["bench@example.com"] }) { customer { id } } }',
    );
    const { id } = data.identifyCustomer.customer;

    const arrivals = new Map<string, (at: number) => void>();
    const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket });
    const query = `subscription { touchpointAdded(filter: { customerIds: ["${id}"] }) { touchpoint { summary customer { displayName } } } }`;
    const ended = (async () => {
      for await (const event of client.iterate<Added & Record<string, unknown>>({ query })) {
        arrivals.get(event.data?.touchpointAdded.touchpoint.summary ?? '')?.(performance.now());
      }
    })();
    const times: { sent: number; answered: number; seen: number }[] = [];
    const run = `${Date.now()}`;
    for (let number = 0; times.length < requests; number += 1) {
      const text = `${run} ${number}`;
      const arrival = new Promise<number>((done) => arrivals.set(`4 of 5 on Bench: "${text}"`, done));
      const sent = performance.now();
      await ask(url, REVIEW, { id, text });
      const answered = performance.now();
      // The first ones may come before the dashboard has begun to see.
      const unseen = new Promise<null>((done) => setTimeout(() => done(null), 2000).unref());
      const seen = await Promise.race([arrival, unseen]);
      if (seen !== null && number >= 20) times.push({ sent, answered, seen });
    }
    await client.dispose();
    await ended;
    line(
      'the mutation itself',
      times.map(({ sent, answered }) => answered - sent),
    );
    line(
      'from its answer to the dashboard, enriched',
      times.map(({ answered, seen }) => Math.max(0, seen - answered)),
    );
    line(
      'from the request to the dashboard, enriched',
      times.map(({ sent, seen }) => seen - sent),
    );
  } finally {
    for (const one of processes.toReversed()) await one.stop();
    await postgres.stop();
  }
}
