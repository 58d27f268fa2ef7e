import { type DestinationStream, type Logger, pino } from 'pino';

/** The levels that `--log-level` takes, quietest last. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The gateway's logger: JSON lines on standard output, or on `destination`. Nothing logs variables, request bodies or
 * answers of subgraphs: they carry personal data.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = { level, base: { process: 'gateway' } };
  return destination ? pino(options, destination) : pino(options);
}
