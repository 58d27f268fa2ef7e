import type { Logger } from 'pino';

const HOUR_MS = 60 * 60 * 1000;

/**
 * Drops what has been kept long enough, now and then every hour, and says how much.
 * @param what is dropped, for the log: `events older than 7 days`
 * @param drop returns how much it dropped
 * @returns what ends it
 */
export function hourly(log: Logger, what: string, drop: () => Promise<number>): () => void {
  let over = false;
  const run = async () => {
    try {
      const dropped = await drop();
      if (dropped > 0) log.info({ dropped }, `dropped ${what}`);
    } catch (error) {
      if (!over) log.warn({ err: error }, `could not drop ${what}; the next try is in an hour`);
    }
  };
  void run();
  const timer = setInterval(() => void run(), HOUR_MS).unref();
  return () => {
    over = true;
    clearInterval(timer);
  };
}
