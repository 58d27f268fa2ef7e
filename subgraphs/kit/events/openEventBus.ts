import type { Logger } from 'pino';
import type { EventBus } from './EventBus.js';
import { PostgresEventBus } from './PostgresEventBus.js';

/**
 * The event bus at an address. It is not asked anything yet: a bus that is down delays events and stops nobody.
 * @param url `postgres://…`
 */
export function openEventBus(url: string, log: Logger): EventBus {
  return new PostgresEventBus(url, log);
}
