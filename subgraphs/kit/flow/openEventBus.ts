import type { Logger } from 'pino';
import type { EventBus } from './EventBus.js';
import { NatsEventBus } from './NatsEventBus.js';
import { PostgresEventBus } from './PostgresEventBus.js';

/**
 * The event bus at an address. It is not asked anything yet: a bus that is down delays events and stops nobody.
 * @param url `postgres://…` or `nats://…`
 */
export function openEventBus(url: string, log: Logger): EventBus {
  return url.startsWith('nats://') ? new NatsEventBus(url, log) : new PostgresEventBus(url, log);
}
