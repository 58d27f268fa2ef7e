import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ERROR_CODES, HEADERS, SUBSCRIBE_EXTENSIONS } from '../../../schema/contract.js';
import { REPLAY_WINDOW_MS, encodeCaller, subscribeBody } from '../../../schema/signature.js';
import { send, signedFor } from './askSubject.js';
import type { ContractSubject } from './ContractSubject.js';
import { subjectSchema } from './subjectSchema.js';

const BODY = JSON.stringify({ query: '{ __typename }' });
const OTHER_BODY = JSON.stringify({ query: '{ other: __typename }' });
/** How long a WebSocket may stay open that should be refused. */
const PATIENCE_MS = 5_000;

/** Only what the gateway signed is answered; anything else gets 401, and nothing is run. */
export async function refusesUnsigned(subject: ContractSubject): Promise<string[]> {
  const old = Date.now() - REPLAY_WINDOW_MS - 1_000;
  const signed = signedFor(subject, BODY);
  const wrong: string[] = [];
  const expect401 = async (what: string, body: string, headers: Record<string, string>): Promise<void> => {
    const { status, data } = await send(subject.url, body, headers);
    if (status !== 401 || data !== null) wrong.push(`${what} is answered with ${status}; refuse it with 401`);
  };
  await expect401('a request without a signature', BODY, {});
  await expect401('a signature of another key', BODY, signedFor({ ...subject, signingKey: 'x'.repeat(64) }, BODY));
  await expect401('a signature for another subgraph', BODY, signedFor({ ...subject, name: 'another' }, BODY));
  await expect401('a signature of another body', OTHER_BODY, signedFor(subject, BODY));
  await expect401('a signature that is too old', BODY, signedFor(subject, BODY, { now: old }));
  const raised = encodeCaller({ subject: 'somebody', scopes: ['identity:admin'] });
  await expect401('a caller who is not the signed one', BODY, {
    ...signedFor(subject, BODY),
    [HEADERS.caller]: raised,
  });
  const first = await send(subject.url, BODY, signed);
  if (first.status !== 200) wrong.push(`a request that is signed well is answered with ${first.status}`);
  await expect401('a signature that was used before', BODY, signed);
  return wrong;
}

/** The same for WebSockets, where the subgraph has subscriptions. */
export async function refusesUnsignedSockets(subject: ContractSubject): Promise<string[]> {
  const { hasSubscriptions } = await subjectSchema(subject);
  if (!hasSubscriptions) return [];
  const socket = new WebSocket(subject.url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  socket.on('error', () => undefined);
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
  const acknowledged = new Promise<string[]>((resolve) => {
    socket.on('message', (data: Buffer) => {
      if (data.toString().includes('connection_ack')) resolve(['a WebSocket without a signature is let in; close it']);
    });
  });
  const closed = once(socket, 'close').then((): string[] => []);
  const late = new Promise<string[]>((resolve) => {
    setTimeout(() => resolve(['a WebSocket without a signature stays open; close it']), PATIENCE_MS).unref();
  });
  const wrong = await Promise.race([acknowledged, closed, late]);
  socket.terminate();
  return wrong;
}

const SUBSCRIPTION = 'subscription Checked { __typename }';

/**
 * Over a WebSocket that is signed, each subscription is: its text, its variables, the name of its operation. A subgraph that takes no WebSockets
 * is asked over HTTP, where the signature is over all of it.
 */
export async function refusesOtherSubscriptions(subject: ContractSubject): Promise<string[]> {
  const { hasSubscriptions } = await subjectSchema(subject);
  if (!hasSubscriptions) return [];
  const wrong: string[] = [];
  const asked = { query: SUBSCRIPTION, operationName: 'Checked', variables: { shelf: 1 } };
  const text = JSON.stringify(asked.variables);
  const other = JSON.stringify({ shelf: 2 });
  const whole = subscribeBody({ ...asked, variables: text });
  const expect = async (isRefused: boolean, what: string, signed: string, sent: string): Promise<void> => {
    const found = await isUnauthenticated(subject, asked, signed, sent);
    if (found === undefined || found === isRefused) return;
    wrong.push(`a subscription ${what} is ${found ? 'refused' : 'taken'}`);
  };
  await expect(false, 'that is signed well', whole, text);
  await expect(true, 'whose signature is of other variables', subscribeBody({ ...asked, variables: other }), text);
  await expect(
    true,
    'with other variables than those that are signed',
    subscribeBody({ ...asked, variables: other }),
    other,
  );
  const renamed = subscribeBody({ ...asked, operationName: 'Other', variables: text });
  await expect(true, 'whose signature is of another operation', renamed, text);
  await expect(true, 'whose signature is of another query', whole.replace('__typename', 'other'), text);
  return wrong;
}

/** Subscribes as the gateway does. @returns whether that is refused as not signed; undefined where no WebSocket can be had */
async function isUnauthenticated(
  subject: ContractSubject,
  asked: { query: string; operationName: string; variables: Record<string, unknown> },
  signed: string,
  variables: string,
): Promise<boolean | undefined> {
  const client = createClient({
    url: subject.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionAckWaitTimeout: PATIENCE_MS,
    connectionParams: () => signedFor(subject, ''),
  });
  let isOpen = false;
  client.on('connected', () => {
    isOpen = true;
  });
  const extensions = {
    [SUBSCRIBE_EXTENSIONS.headers]: signedFor(subject, signed),
    [SUBSCRIBE_EXTENSIONS.variables]: variables,
  };
  try {
    return await new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), PATIENCE_MS);
      const answer = (said: unknown): void => {
        clearTimeout(late);
        resolve(isOpen ? JSON.stringify(said).includes(ERROR_CODES.UNAUTHENTICATED) || isRefusal(said) : undefined);
      };
      client.subscribe({ ...asked, extensions }, { next: answer, error: answer, complete: () => answer({}) });
    });
  } finally {
    await client.dispose();
  }
}

/** A close with one of the codes that refuse. */
function isRefusal(said: unknown): boolean {
  return typeof said === 'object' && said !== null && 'code' in said && (said.code === 4401 || said.code === 4403);
}
