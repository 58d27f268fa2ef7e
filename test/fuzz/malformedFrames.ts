import fc, { type Arbitrary } from 'fast-check';
import { graphqlText, operation } from './malformed.js';

/** The four bytes by which clients mask what they send. */
const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78]);

const TEXT = 0x81;
const CLOSE = 0x88;

/** A WebSocket frame as a client sends it. @param head the first byte: the FIN bit, reserved bits and the opcode */
function frame(head: number, payload: Buffer, masked = true): Buffer {
  const { length } = payload;
  const bit = masked ? 0x80 : 0;
  const size =
    length < 126 ? Buffer.from([head, bit | length]) : Buffer.from([head, bit | 126, length >> 8, length & 0xff]);
  if (!masked) return Buffer.concat([size, payload]);
  const hidden = Buffer.from(payload.map((byte, index) => byte ^ (MASK[index % 4] ?? 0)));
  return Buffer.concat([size, MASK, hidden]);
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value)).subarray(0, 60_000);

const message: Arbitrary<Buffer> = fc.oneof(
  fc
    .record(
      {
        id: fc.oneof(fc.constantFrom('1', '', '__proto__'), fc.jsonValue({ maxDepth: 1 })),
        type: fc.constantFrom(
          'subscribe',
          'subscribe',
          'subscribe',
          'complete',
          'next',
          'error',
          'connection_ack',
          'ping',
          'pong',
          'start',
          '__proto__',
        ),
        payload: fc.oneof(
          { weight: 5, arbitrary: operation },
          { weight: 3, arbitrary: graphqlText.map((query) => ({ query })) },
          { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
        ),
      },
      { requiredKeys: [] },
    )
    .map(json),
  fc
    .record(
      { type: fc.constant('connection_init'), payload: fc.jsonValue({ maxDepth: 2 }) },
      { requiredKeys: ['type'] },
    )
    .map(json),
  fc.json().map((text) => Buffer.from(text).subarray(0, 60_000)),
  fc.integer({ min: 1, max: 10_000 }).map((depth) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))),
  fc
    .constantFrom(
      '',
      'null',
      '{',
      '{"type":1}',
      '{"__proto__":{"type":"ping"}}',
      '{"type":"ping","payload":"x"}',
      '\uFEFF{}',
    )
    .map((text) => Buffer.from(text)),
  // Bytes that are no UTF-8.
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
);

const anyFrame: Arbitrary<Buffer> = fc.oneof(
  { weight: 8, arbitrary: message.map((payload) => frame(TEXT, payload)) },
  // In pieces, also with some in between that belong elsewhere.
  message.map((payload) =>
    Buffer.concat([
      frame(0x01, payload.subarray(0, 5)),
      frame(0x00, payload.subarray(5, 9)),
      frame(0x80, payload.subarray(9)),
    ]),
  ),
  message.map((payload) => Buffer.concat([frame(0x01, payload), frame(TEXT, payload)])),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 130 }), fc.boolean())
    .map(([head, bytes, masked]) => frame(head, Buffer.from(bytes), masked)),
  fc
    .tuple(fc.integer({ min: 0, max: 65_535 }), fc.uint8Array({ maxLength: 30 }))
    .map(([code, reason]) => frame(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]))),
  // Longer than anybody takes, as far as its length says.
  fc
    .constantFrom(
      [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0x81, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff],
    )
    .map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
);

const INIT = frame(TEXT, Buffer.from('{"type":"connection_init"}'));

/** A WebSocket from its handshake on: mostly a right one, mostly initialised, and then frames of all kinds. */
export const webSocketTalk: Arbitrary<Buffer> = fc
  .record({
    protocol: fc.oneof(
      { weight: 9, arbitrary: fc.constant('graphql-transport-ws') },
      fc.constantFrom('graphql-ws', 'chat', '', 'graphql-transport-ws, graphql-ws', 'a b'),
    ),
    path: fc.oneof(
      { weight: 9, arbitrary: fc.constant('/graphql') },
      fc.constantFrom('/', '/graphql/stream', '/%', '/graphql?x=1', '//graphql'),
    ),
    key: fc.oneof({ weight: 9, arbitrary: fc.constant('dGhlIHNhbXBsZSBub25jZQ==') }, fc.constantFrom('', 'x')),
    version: fc.oneof({ weight: 9, arbitrary: fc.constant('13') }, fc.constantFrom('8', '', '99')),
    isInitialised: fc.integer({ min: 0, max: 3 }).map((dice) => dice > 0),
    frames: fc.array(anyFrame, { minLength: 1, maxLength: 8 }),
  })
  .map(({ protocol, path, key, version, isInitialised, frames }) => {
    const head = `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ${key}\r\nsec-websocket-version: ${version}\r\nsec-websocket-protocol: ${protocol}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), ...(isInitialised ? [INIT] : []), ...frames]);
  });
