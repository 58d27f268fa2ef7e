import { HEADERS } from '../../schema/contract.js';

/** Which application asks, by what its client library says of itself. Nobody checks it. */
export interface ClientApplication {
  readonly name: string;
  readonly version: string;
}

/** Who says nothing of itself. */
export const UNNAMED_CLIENT: ClientApplication = Object.freeze({ name: 'unnamed', version: 'unnamed' });

/** What can stand in a file and in a table: anything else is nobody's name. */
const ACCEPTED = /^[\w .:@/+()-]{1,100}$/;

/**
 * The application by the headers of Apollo's clients; other clients set the same ones by hand. Over a WebSocket the payload of
 * `connection_init` holds them.
 *
 * @param otherwise what holds where they say nothing
 */
export function clientApplication(
  headers: Readonly<Record<string, unknown>>,
  otherwise: ClientApplication = UNNAMED_CLIENT,
): ClientApplication {
  return {
    name: accepted(headers[HEADERS.clientName]) ?? otherwise.name,
    version: accepted(headers[HEADERS.clientVersion]) ?? otherwise.version,
  };
}

function accepted(value: unknown): string | undefined {
  return typeof value === 'string' && ACCEPTED.test(value) ? value : undefined;
}
