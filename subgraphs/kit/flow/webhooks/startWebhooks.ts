import type { Logger } from 'pino';
import type { EntityManager } from 'typeorm';
import { type CustomerErased, customerErased } from '../../../../schema/contract.js';
import { connectionConfig } from '../../sql/createDataSource.js';
import { forgetTakenIn } from '../forgetTakenIn.js';
import { eraseTraces } from '../eraseTraces.js';
import { eventConsumer, type ReceivedEvent } from '../EventConsumer.js';
import { oneAtATime } from '../oneAtATime.js';
import { openEventBus } from '../openEventBus.js';
import { busConsumer, replay } from '../takeInEvents.js';
import { takeInHeld } from '../takeInHeld.js';
import { deliver, deliverAgain } from './deliver.js';
import { openWebhookStore, WEBHOOK_STORE } from './openWebhookStore.js';
import type { Webhook } from './Webhook.js';

export interface WebhookOptions {
  /** Where it is remembered what was delivered: `postgres://…` */
  readonly databaseUrl: string;
  /** The bus of all subgraphs; left out, that of the database. */
  readonly eventBusUrl?: string | undefined;
  /** Null signs nothing. */
  readonly signingKey: string | null;
}

/** What was parked of a customer is forgotten with them. */
const erasuresHere = eventConsumer({
  name: 'erasures',
  event: customerErased,
  async handle(events: readonly ReceivedEvent<CustomerErased>[], manager: EntityManager) {
    for (const { data } of events) await eraseTraces(manager, data.customerIds);
  },
});

/**
 * Hands the events of the bus on to webhooks, and forgets what is parked of customers who are erased. Each goes on from where it was, from the first event that is kept when it is new. Of several processes that do this for the same
 * database, one does it at a time for each webhook.
 * @returns what ends it, when the events at hand are delivered
 */
export async function startWebhooks(
  webhooks: readonly Webhook[],
  { databaseUrl, eventBusUrl, signingKey }: WebhookOptions,
  log: Logger,
): Promise<{ stop(): Promise<void> }> {
  const dataSource = await openWebhookStore(databaseUrl);
  const bus = openEventBus(eventBusUrl ?? databaseUrl, log);
  const connection = { ...connectionConfig(WEBHOOK_STORE), connectionString: databaseUrl };
  const turns = webhooks.map((webhook) =>
    oneAtATime(`webhooks.${webhook.name}`, connection, log, () => {
      const held = takeInHeld(dataSource, webhook, log, (letter) =>
        deliverAgain(dataSource, webhook, letter, signingKey),
      );
      const reader = bus.consume(deliver(webhook, dataSource, signingKey, log, () => held.wake()));
      return {
        async stop() {
          await Promise.all([reader.stop(), held.stop()]);
        },
      };
    }),
  );
  const erasures = oneAtATime('webhooks.erasures', connection, log, () => {
    const held = takeInHeld(dataSource, erasuresHere, log, (letter) => replay(dataSource, erasuresHere, letter));
    const reader = bus.consume(busConsumer('webhooks', erasuresHere, dataSource, log, () => held.wake()));
    return {
      async stop() {
        await Promise.all([reader.stop(), held.stop()]);
      },
    };
  });
  const stopForgetting = forgetTakenIn(dataSource, log);
  return {
    async stop() {
      stopForgetting();
      await Promise.all([erasures, ...turns].map((turn) => turn.stop()));
      await bus.close();
      await dataSource.destroy();
    },
  };
}
