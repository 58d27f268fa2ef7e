import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { type DeadLetter, failedAgain, heldLetters } from './deadLetters.js';
import { Worker } from './Worker.js';

/** Who holds an event wakes the worker; nothing else adds any. */
const LOOK_ANYWAY_MS = 60_000;

/**
 * Goes on trying to take in the events that a consumer holds, in their order: one that fails keeps those behind it waiting that are about any of the same customers,
 * and no others. After a failure the next try follows by `Backoff`. Wake it when an event is held.
 * @param takeIn takes in one, which is held no more then
 */
export function takeInHeld(
  dataSource: DataSource,
  consumer: { readonly name: string },
  log: Logger,
  takeIn: (letter: DeadLetter) => Promise<void>,
): Worker {
  return new Worker(`taking in the held events of ${consumer.name}`, log, async (worker) => {
    while (!worker.stopped) {
      await tryAll(dataSource, consumer, worker, takeIn);
      await worker.sleep(LOOK_ANYWAY_MS);
    }
  });
}

/** @throws what the first of those that failed failed for, when all have been tried */
async function tryAll(
  dataSource: DataSource,
  consumer: { readonly name: string },
  worker: Worker,
  takeIn: (letter: DeadLetter) => Promise<void>,
): Promise<void> {
  const waiting = new Set<string>();
  const failures: unknown[] = [];
  for await (const letter of heldLetters(dataSource, consumer)) {
    if (worker.stopped) return;
    const customers = letter.heldFor ?? [];
    if (!customers.some((id) => waiting.has(id))) {
      try {
        await takeIn(letter);
        continue;
      } catch (error) {
        failures.push(error);
        await failedAgain(dataSource, letter, (error as Error).message);
      }
    }
    for (const id of customers) waiting.add(id);
  }
  if (failures.length > 0) throw failures[0];
}
