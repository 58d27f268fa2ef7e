import { setImmediate as nextTurn } from 'node:timers/promises';
import { validate } from 'graphql';
import type { Logger } from 'pino';
import type { Engine } from '../engine/createEngine.js';

/** How many operations are made ready. */
const OPERATIONS = 200;

/**
 * Compiles what was asked most of one engine for another, so that a swap makes nobody wait for plans. Requests are answered in between. What the
 * other cannot answer is left out: whoever asks it hears why.
 */
export async function warmUp(next: Engine, previous: Engine, logger: Logger): Promise<void> {
  const began = performance.now();
  let compiled = 0;
  for (const { document, operationName, caller } of previous.mostUsed(OPERATIONS)) {
    await nextTurn();
    if (validate(next.apiSchema, document).length > 0) continue;
    try {
      next.compile(document, operationName, caller);
      compiled += 1;
    } catch (err) {
      logger.warn({ err, operationName }, 'an operation of before cannot be planned on the new supergraph');
    }
  }
  logger.info({ compiled, milliseconds: Math.round(performance.now() - began) }, 'the most used operations are ready');
}
