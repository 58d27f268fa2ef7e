import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { OperationRefused } from '../operations/OperationRefused.js';
import type { Generation } from './Generation.js';

/** How many operations are made ready. */
const OPERATIONS = 200;

type Warmable = Pick<Generation, 'documents' | 'engine'>;

/**
 * Compiles what was asked most of one generation for another, so that a swap makes nobody wait for plans. Requests are answered in between. What the
 * other cannot answer is left out: whoever asks it hears why.
 */
export async function warmUp(next: Warmable, previous: Warmable, logger: Logger): Promise<void> {
  const began = performance.now();
  let compiled = 0;
  for (const { asked, caller } of previous.documents.mostUsed(OPERATIONS)) {
    await nextTurn();
    try {
      const { document } = next.documents.check(asked.query, asked.operationName, caller);
      await next.engine.compile(document, caller);
      compiled += 1;
    } catch (err) {
      if (err instanceof OperationRefused) continue;
      const { operationName } = asked;
      logger.warn({ err, operationName }, 'an operation of before cannot be planned on the new supergraph');
    }
  }
  logger.info({ compiled, milliseconds: Math.round(performance.now() - began) }, 'the most used operations are ready');
}
