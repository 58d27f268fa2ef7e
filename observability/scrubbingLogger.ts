import type { Logger } from 'pino';
import { scrubText } from './scrubText.js';

/** What libraries log through: Apollo's `Logger`. */
export interface LibraryLogger {
  debug(message?: unknown): void;
  info(message?: unknown): void;
  warn(message?: unknown): void;
  error(message?: unknown): void;
}

/** A logger for libraries, which write errors into their messages: each message is scrubbed of what may be personal. */
export function scrubbingLogger(logger: Logger): LibraryLogger {
  const through =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message?: unknown): void => {
      if (message instanceof Error) logger[level]({ err: message });
      else logger[level](scrubText(String(message)));
    };
  return { debug: through('debug'), info: through('info'), warn: through('warn'), error: through('error') };
}
