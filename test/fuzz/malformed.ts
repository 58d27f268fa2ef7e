import fc, { type Arbitrary } from 'fast-check';

const words = [
  ...'{ } ( ) [ ] : ! = | & $ @ ... # "'.split(' '),
  'query',
  'mutation',
  'subscription',
  'fragment',
  'on',
  'fragment F on Query { ...F }',
  '...F',
  '@include(if: true)',
  '@skip(if: $a)',
  '@defer',
  '$a',
  '$a: ID!',
  '($a: [Int!]! = [1])',
  'books',
  'book(id: 1)',
  'book(id: $a)',
  'customer360(email: "a@b.example")',
  'addBook(title: "x")',
  'bookAdded',
  'failWith(message: "m")',
  '_entities(representations: [{ __typename: "Book", id: 1 }])',
  '_service { sdl }',
  '__schema { types { name } }',
  '__type(name: "Book") { fields { name } }',
  '__typename',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'id',
  'title',
  'null',
  'true',
  '1e400',
  '-0',
  '99999999999999999999999',
  '"\\u{110000}"',
  '"\\uD800"',
  '"""block',
  '"""',
  '\u0000',
  '\uFEFF',
  '\uD800',
  '#\n',
  ',',
];

const many = (text: string, end: string, middle = ''): Arbitrary<string> =>
  fc.integer({ min: 1, max: 3_000 }).map((count) => text.repeat(count) + middle + end.repeat(count));

/** Texts that are nearly GraphQL, or GraphQL, or nothing at all. */
export const graphqlText: Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((some) => some.join(' ')) },
  {
    weight: 3,
    arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((some) => `{ books { ${some.join(' ')} } }`),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'query A($id: ID!) { book(id: $id) { title } }',
      '{ books { id title } }',
      '{ __typename }',
      'query A { __typename } query B { __typename }',
    ),
  },
  many('{ books ', '}'),
  many('[', ']'),
  many('{a:', '}', '1').map((value) => `{ book(id: ${value}) { id } }`),
  many('...on Query{', '}', '__typename').map((text) => `{${text}}`),
  many('__typename ', '').map((text) => `{${text}}`),
  many('@include(if: true) ', '').map((text) => `{ __typename ${text} }`),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

const strangeKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'query',
  'variables',
  'extensions',
  '',
  '\u0000',
);

const strangeValue: Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(strangeKey, fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true }),
  fc.constantFrom({ a: '\uD800' }, { id: '\u0000' }, { toString: 1 }, { length: -1 }, Number.MAX_VALUE, '', [], null),
);

const strangeVariables = fc.dictionary(fc.constantFrom('a', 'id', 'toString', ''), fc.jsonValue({ maxDepth: 3 }), {
  noNullPrototype: true,
});

/** The parts of a GraphQL request, each right or wrong. */
export const operation: Arbitrary<Record<string, unknown>> = fc.record(
  {
    query: fc.oneof({ weight: 20, arbitrary: graphqlText }, { weight: 1, arbitrary: strangeValue }),
    variables: fc.oneof({ weight: 8, arbitrary: strangeVariables }, { weight: 1, arbitrary: strangeValue }),
    operationName: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('A', 'B', '', null, '__proto__') },
      { weight: 1, arbitrary: strangeValue },
    ),
    extensions: fc.oneof(
      { weight: 8, arbitrary: strangeVariables },
      { weight: 2, arbitrary: persistedQuery() },
      { weight: 1, arbitrary: strangeValue },
    ),
  },
  { requiredKeys: ['query'] },
);

function persistedQuery(): Arbitrary<unknown> {
  const sha256Hash = fc.oneof(fc.string(), fc.constant('0'.repeat(64)), strangeValue);
  return fc.record({ persistedQuery: fc.record({ version: fc.constantFrom(1, 2, '1', null), sha256Hash }) });
}

const cut = (text: Arbitrary<string>): Arbitrary<string> =>
  fc
    .tuple(text, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([whole, part]) => whole.slice(0, whole.length * part));

/** Bodies that are nearly JSON, or JSON, or nothing at all. */
export const body: Arbitrary<Buffer> = fc.oneof(
  { weight: 20, arbitrary: operation.map((value) => Buffer.from(JSON.stringify(value))) },
  { weight: 2, arbitrary: cut(operation.map((value) => JSON.stringify(value))).map((text) => Buffer.from(text)) },
  fc.array(operation, { maxLength: 3 }).map((value) => Buffer.from(JSON.stringify(value))),
  fc.json().map((text) => Buffer.from(text)),
  many('[', ']').map((text) => Buffer.from(text)),
  many('{"variables":', '}', '{}').map((text) => Buffer.from(text)),
  fc
    .constantFrom(
      '{"__proto__":{"query":"{ books { id } }"}}',
      '{"query":"{ books { id } }","__proto__":{"variables":1}}',
      '{"constructor":{"prototype":{"query":"{ __typename }"}}}',
      '{"query":"{ __typename }","query":1}',
      '{"query":"\\ud800{ __typename }"}',
      '\uFEFF{"query":"{ __typename }"}',
      '{"query":"{ __typename }","variables":{"a":1e999}}',
      'null',
      '""',
      '',
    )
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

const latin = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});

const headerLine: Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'accept',
        'authorization',
        'x-request-id',
        'traceparent',
        'tracestate',
        'x-purpose',
        'cookie',
        'origin',
        'forwarded',
        'content-encoding',
        'expect',
        'apollo-require-preflight',
        'x-customer360-caller',
        'x-customer360-signature',
        'accept-encoding',
        'upgrade',
        '__proto__',
      ),
      fc.oneof(
        latin,
        fc.constantFrom(
          '*/*',
          'text/html',
          'text/event-stream',
          'application/graphql-response+json',
          'Bearer x',
          'gzip',
          '100-continue',
          'websocket',
          'h2c',
        ),
      ),
    )
    .map(([name, value]) => `${name}: ${value}`),
  fc.constantFrom(
    'content-length: -1',
    'content-length: 1e3',
    'transfer-encoding: chunked',
    'transfer-encoding: gzip',
    ': none',
    'a b: c',
    'host: [::1',
    'host:',
    'connection: upgrade',
    ' folded',
  ),
  latin,
);

const target: Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.constant('/graphql') },
  { weight: 3, arbitrary: fc.constantFrom('/graphql/', '/graphql/stream', '/') },
  {
    weight: 3,
    arbitrary: graphqlText.map((text) =>
      `/graphql?query=${encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, ''))}`.slice(0, 8_000),
    ),
  },
  graphqlText.map((text) =>
    `/graphql/stream?query=${encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, ''))}&variables=%7B`.slice(0, 8_000),
  ),
  fc.constantFrom(
    '/graphql?query=%E0%A4%A',
    '/%00',
    '//',
    '/../graphql',
    '/metrics',
    '/health/live',
    '/health/ready',
    '*',
    'http://other.example/graphql',
    '/graphql?__proto__[query]=1',
    `/${'a'.repeat(20_000)}`,
  ),
  latin.map((text) => `/${text}`),
);

const contentType = fc.oneof(
  { weight: 20, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    'application/json; charset=utf-16',
    'application/graphql',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/json;;',
    '',
    'a/b/c',
    'application/x-www-form-urlencoded',
  ),
);

/** Whole HTTP requests as bytes: right in their form with wrong contents, and wrong in their form. */
export const httpRequest: Arbitrary<Buffer> = fc.oneof(
  {
    weight: 25,
    arbitrary: fc
      .record({
        method: fc.oneof(
          { weight: 12, arbitrary: fc.constant('POST') },
          fc.constantFrom('GET', 'PUT', 'OPTIONS', 'HEAD', 'DELETE', 'TRACE', 'post', 'FOO'),
        ),
        target,
        type: contentType,
        more: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(headerLine, { maxLength: 3 })),
        content: body,
        // What is announced beyond what comes.
        missing: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 50 })),
      })
      .map(({ method, target: to, type, more, content, missing }) => {
        const length = Math.max(0, content.length + missing);
        const lines = [
          `${method} ${to} HTTP/1.1`,
          'host: 127.0.0.1',
          'connection: close',
          `content-type: ${type}`,
          `content-length: ${length}`,
          ...more,
        ];
        return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content]);
      }),
  },
  fc
    .array(headerLine, { maxLength: 6 })
    .map((lines) => Buffer.from(`POST /graphql HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1')),
  fc
    .integer({ min: 1, max: 4_000 })
    .map((count) => Buffer.from(`GET / HTTP/1.1\r\nhost: a\r\n${'x: y\r\n'.repeat(count)}\r\n`)),
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'GET /graphql HTTP/3\r\n\r\n',
      '\u0016\u0003\u0001',
      'GET / HTTP/1.0\r\n\r\n',
    )
    .map((text) => Buffer.from(text, 'latin1')),
);
