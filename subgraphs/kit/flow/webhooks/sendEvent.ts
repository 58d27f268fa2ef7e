import { request } from 'undici';
import { type CloudEvent, HEADERS } from '../../../../schema/contract.js';
import { encodeCaller, sign } from '../../../../schema/signature.js';
import { readRetryAfter } from './readRetryAfter.js';
import type { Webhook } from './Webhook.js';

/** How long a receiver may take, in milliseconds. */
const TIMEOUT_MS = 10_000;
/** What a receiver says who may take the event later. */
const LATER = [408, 425, 429];
/** What a receiver says who wants no more of it. */
const GONE = 410;

/**
 * What became of an event: `done`, also when the receiver wants no more of it; `later`, when it could not be reached or has no time; `refused`, when it will not
 * take the event as it is.
 */
export interface Sent {
  readonly outcome: 'done' | 'later' | 'refused';
  readonly reason: string;
  /** In how many milliseconds the receiver wants to be asked again, if it said so. */
  readonly retryAfterMs?: number;
}

/**
 * Sends an event to a receiver, once, as CloudEvents over HTTP in the structured mode (cloudevents.io), signed as the gateway signs.
 * @param signingKey null leaves the signature out, where nobody checks
 */
export async function sendEvent({ name, url }: Webhook, event: CloudEvent, signingKey: string | null): Promise<Sent> {
  const body = JSON.stringify(event);
  const caller = encodeCaller({ subject: 'customer360:events', scopes: [] });
  const signature =
    signingKey === null ? {} : { [HEADERS.signature]: sign(signingKey, { service: name, caller, body }) };
  try {
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        [HEADERS.caller]: caller,
        ...signature,
      },
      body,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    await answer.dump();
    const retryAfterMs = readRetryAfter(headers['retry-after']);
    return {
      outcome: outcomeOf(statusCode),
      reason: `${url} answered with ${statusCode}`,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  } catch (error) {
    return { outcome: 'later', reason: `${url} cannot be reached: ${(error as Error).message}` };
  }
}

function outcomeOf(status: number): Sent['outcome'] {
  if ((status >= 200 && status < 300) || status === GONE) return 'done';
  return status >= 500 || LATER.includes(status) ? 'later' : 'refused';
}
