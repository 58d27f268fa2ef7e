import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Deployment } from '../support/Deployment.js';
import { describeWithNats, startNats, type TestNats } from '../support/nats.js';
import { askSubgraph } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

const REVIEW = `mutation ($id: ID!, $key: String!, $text: String!) {
  recordReview(idempotencyKey: $key, input: { customerId: $id, site: "Test", rating: 3, text: $text }) { id } }`;

/**
 * Records reviews 1, 2, 3 … of each customer, one after the other, until told to stop; a call that got no answer is sent again with its
 * key, as a client does.
 */
class Writers {
  readonly #done: Promise<unknown>;
  #stopped = false;
  /** How many of each customer were recorded. */
  readonly counts: number[];

  constructor(
    private readonly url: string,
    customers: readonly string[],
  ) {
    this.counts = customers.map(() => 0);
    this.#done = Promise.all(customers.map((id, index) => this.#write(id, index)));
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #write(id: string, index: number): Promise<void> {
    for (let number = 1; !this.#stopped; number += 1) {
      const variables = { id, key: randomUUID(), text: String(number) };
      for (;;) {
        const answer = await askSubgraph('feedback', this.url, REVIEW, variables).catch(() => null);
        if (answer !== null && !answer.errors) break;
        await pause(20);
      }
      this.counts[index] = number;
    }
  }
}

/** @param killBus kills a bus that is a process of its own, and starts it again */
function faults(eventBusUrl: () => string | undefined, killBus?: () => Promise<void>): void {
  let deployment: Deployment;
  const customers: string[] = [];

  beforeAll(async () => {
    deployment = new Deployment(eventBusUrl());
    await deployment.startPostgres();
    for (const name of ['identity', 'touchpoints', 'feedback']) await deployment.start(name);
    for (let index = 0; index < 4; index += 1) {
      const { data } = await askSubgraph(
        'identity',
        deployment.url('identity'),
        `mutation { identifyCustomer(input: { displayName: "Customer ${index}", emails: ["c${index}@example.com"] }) { customer { id } } }`,
      );
      customers.push(data.identifyCustomer.customer.id);
    }
  });
  afterAll(() => deployment.stop());

  /** Writes go on all the time while `fault` happens. What each customer's reviews were, and what their timeline says of them. */
  async function writeWhile(fault: () => Promise<void>) {
    const [before] = await deployment.sql<{ last: string }>(
      'SELECT coalesce(max(sequence), 0)::text AS last FROM touchpoints.touchpoint',
    );
    const writers = new Writers(deployment.url('feedback'), customers);
    await waitUntil(() => writers.total >= 40);
    await fault();
    const then = writers.total;
    await waitUntil(() => writers.total >= then + 40);
    await writers.stop();
    const arrived = () =>
      deployment.sql<{ customerId: string; summary: string }>(
        `SELECT customer_id AS "customerId", summary FROM touchpoints.touchpoint
         WHERE sequence > ${before?.last} ORDER BY sequence`,
      );
    await waitUntil(async () => (await arrived()).length >= writers.total, 40_000);
    const rows = await arrived();
    return {
      written: writers.counts.map((count) => Array.from({ length: count }, (_, n) => `3 of 5 on Test: "${n + 1}"`)),
      arrived: customers.map((id) => rows.filter(({ customerId }) => customerId === id).map(({ summary }) => summary)),
      parked: await deployment.sql('SELECT * FROM touchpoints.dead_letter'),
    };
  }

  test('a subgraph is killed between its commits and the bus', async () => {
    const { written, arrived, parked } = await writeWhile(async () => {
      await deployment.kill('feedback');
      await deployment.start('feedback');
    });
    expect(arrived).toEqual(written);
    expect(parked).toEqual([]);
  });

  test('the consumer is killed between its writes and saying so', async () => {
    const { written, arrived, parked } = await writeWhile(async () => {
      await deployment.kill('touchpoints');
      await deployment.start('touchpoints');
    });
    expect(arrived).toEqual(written);
    expect(parked).toEqual([]);
  });

  test('Postgres is killed', async () => {
    const { written, arrived, parked } = await writeWhile(async () => {
      await deployment.killPostgres();
      await deployment.startPostgres();
    });
    expect(arrived).toEqual(written);
    expect(parked).toEqual([]);
  });

  if (killBus === undefined) return;
  test('the bus is killed', async () => {
    const { written, arrived, parked } = await writeWhile(killBus);
    expect(arrived).toEqual(written);
    expect(parked).toEqual([]);
  });
}

describe('events on Postgres are neither lost nor repeated nor out of order when', () => {
  faults(() => undefined);
});

describeWithNats('events on NATS are neither lost nor repeated nor out of order when', () => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(() => nats.stop());
  faults(
    () => nats.url,
    () => nats.restart(),
  );
});
