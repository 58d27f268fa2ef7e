import type { IncomingHttpHeaders } from 'node:http';
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

/** The application by the headers of Apollo's clients; other clients set the same ones by hand. */
export function clientApplication(headers: IncomingHttpHeaders): ClientApplication {
  return {
    name: accepted(headers[HEADERS.clientName]) ?? UNNAMED_CLIENT.name,
    version: accepted(headers[HEADERS.clientVersion]) ?? UNNAMED_CLIENT.version,
  };
}

function accepted(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && ACCEPTED.test(value) ? value : undefined;
}
