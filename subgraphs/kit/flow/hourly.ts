import type { Logger } from 'pino';

const HOUR_MS = 60 * 60 * 1000;

/**
 * Does something now and then every hour, such as dropping what has been kept long enough, and says how much.
 * @param what it does, for the log: `dropped events older than 7 days`
 * @param work returns how much it did
 * @returns what ends it
 */
export function hourly(log: Logger, what: string, work: () => Promise<number>): () => void {
  let over = false;
  const run = async () => {
    try {
      const count = await work();
      if (count > 0) log.info({ count }, what);
    } catch (error) {
      if (!over) log.warn({ err: error }, `not done: ${what}; the next try is in an hour`);
    }
  };
  void run();
  const timer = setInterval(() => void run(), HOUR_MS).unref();
  return () => {
    over = true;
    clearInterval(timer);
  };
}
