import { once } from 'node:events';
import { WebSocket } from 'ws';
import { HEADERS } from '../../../schema/contract.js';
import { REPLAY_WINDOW_MS, encodeCaller } from '../../../schema/signature.js';
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
  await expect401('a signature that is too old', BODY, signedFor(subject, BODY, old));
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
