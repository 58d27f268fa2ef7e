import { randomUUID } from 'node:crypto';
import type { Faker } from '@faker-js/faker';
import type { Actor, Cast } from './cast.js';
import type { Gateway, Variables } from './Gateway.js';

/** Where a story plays: one customer, the gateway, and what happens by chance. */
export interface Scene {
  readonly gateway: Gateway;
  readonly cast: Cast;
  readonly actor: Actor;
  readonly faker: Faker;
  /** Told what the customer, or we, have just done. */
  readonly say: (line: string) => void;
}

/**
 * Writes through a mutation of the gateway, once, however often it has to be sent.
 * @param text a mutation that takes `$key: String!` as its idempotency key
 */
export async function act<Data>({ gateway }: Scene, text: string, variables: Variables): Promise<Data> {
  return gateway.ask<Data>(text, { ...variables, key: randomUUID() });
}

/** One of several, by chance. */
export function oneOf<T>({ faker }: Scene, items: readonly T[]): T {
  return faker.helpers.arrayElement(items);
}

/** Whether something that happens to `share` of all happens here. */
export function happens({ faker }: Scene, share: number): boolean {
  return faker.number.float() < share;
}
