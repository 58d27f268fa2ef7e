import { once } from 'node:events';
import { createServer } from 'node:http';
import { runGateway } from '../support/fixtureGateway.js';
import { LIBRARY, compose, federation, writeSupergraph } from '../support/fixtureSupergraph.js';

/** The line with which the gateway refused to start, and its exit code. */
async function refusal(args: string[], env?: Record<string, string>): Promise<{ code: number | string; line: string }> {
  const gateway = runGateway(args, env ? { env } : {});
  const code = await gateway.exited;
  return { code, line: gateway.output() };
}

async function refusalOf(sdl: string, env?: Record<string, string>): Promise<{ code: number | string; line: string }> {
  const { file, remove } = await writeSupergraph(sdl);
  try {
    const { code, line } = await refusal(['--supergraph', file, '--port', '0'], env);
    return { code, line: line.replaceAll(file, 'FILE') };
  } finally {
    await remove();
  }
}

const one = (typeDefs: string): string => compose([{ name: 'one', url: 'http://127.0.0.1:1/graphql', typeDefs }]);

describe('the gateway says in one line why it does not start, and what to do', () => {
  test('all bad options at once, with exit code 2', async () => {
    const { code, line } = await refusal(['--port', '70000', '--auth', 'on', '--colour', 'extra', '--host'], {
      LOG_LEVEL: 'loud',
    });
    expect(code).toBe(2);
    expect(line.trim().split('\n')).toHaveLength(1);
    expect(line).toMatch(/^gateway: /);
    for (const part of [
      '--port must be a whole number from 0 to 65535, not "70000"',
      '--auth must be one of jwt, off, not "on"',
      '--colour is not an option',
      '--host needs a value',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, silent, not "loud"',
    ]) {
      expect(line).toContain(part);
    }
  });

  test('--help lists every option', async () => {
    const { code, line } = await refusal(['--help']);
    expect(code).toBe(0);
    for (const option of ['--supergraph', '--port', '--host', '--auth', '--log-level', '<NAME>_URL']) {
      expect(line).toContain(option);
    }
  });

  test('a taken port', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { file, remove } = await writeSupergraph(one('type Query { a: Int }'));
    try {
      expect(await refusal(['--supergraph', file], { PORT: String(port) })).toEqual({
        code: 1,
        line: `gateway: port ${port} is taken. Stop what listens there, or choose another with --port.\n`,
      });
    } finally {
      holder.close();
      await remove();
    }
  });

  test('an address that this machine does not have', async () => {
    const { file, remove } = await writeSupergraph(one('type Query { a: Int }'));
    try {
      const { code, line } = await refusal(['--supergraph', file, '--port', '0', '--host', '192.0.2.1']);
      expect({ code, line }).toEqual({
        code: 1,
        line: 'gateway: this machine has no address "192.0.2.1". Choose another with --host.\n',
      });
    } finally {
      await remove();
    }
  });

  test('a supergraph file that is missing', async () => {
    expect(await refusal(['--supergraph', 'no/such.graphql'])).toEqual({
      code: 1,
      line: 'gateway: the supergraph file no/such.graphql does not exist. Give its path with --supergraph.\n',
    });
  });

  test.each([
    ['text that is not GraphQL', 'hello', 'FILE is not a supergraph: Syntax Error: Unexpected Name "hello".'],
    ['a plain schema', 'type Query { a: Int }', 'FILE is GraphQL but not a supergraph. Compose your subgraphs first'],
    ['a subgraph', `${federation('@key')} type Query { a: Int }`, 'FILE is GraphQL but not a supergraph.'],
    [
      'a supergraph that is broken',
      one('type Query { a: Int }').replace('a: Int', 'a: Missing'),
      'FILE is not a supergraph that can be served:',
    ],
  ])('%s', async (_what, sdl, reason) => {
    const { code, line } = await refusalOf(sdl);
    expect(code).toBe(1);
    expect(line).toContain(`gateway: ${reason}`);
    expect(line.trim().split('\n')).toHaveLength(1);
  });

  const byPolicy = one(`${federation('@authenticated', '@policy')}
    type Query { a: Int @authenticated c: Int @policy(policies: [["y"]]) }`);

  test('a supergraph that leaves decisions to policies', async () => {
    const { code, line } = await refusalOf(byPolicy);
    expect(code).toBe(1);
    expect(line).toBe(
      'gateway: FILE uses @policy, but nobody decides policies here: it would show everyone what they protect. ' +
        'Say it with @requiresScopes or @authenticated, or take it out of the subgraphs, and compose again.\n',
    );
  });

  test('a supergraph that does so under another name', async () => {
    const renamed = byPolicy
      .replace('url: "https://specs.apollo.dev/policy/v0.1"', 'url: "https://specs.apollo.dev/policy/v0.1", as: "ask"')
      .replaceAll('@policy', '@ask');
    expect(renamed).toContain('as: "ask"');
    expect((await refusalOf(renamed)).line).toContain('FILE uses @policy, ');

    const importing = one(`extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{ name: "@policy", as: "@ask" }])
      type Query { a: Int @ask(policies: [["y"]]) }`);
    expect((await refusalOf(importing)).line).toContain('FILE uses @policy, but');
  });

  test('subgraphs whose address is missing or is none, all at once', async () => {
    const library = compose(
      LIBRARY.map(({ name, typeDefs }) => ({
        name,
        typeDefs,
        url: name === 'books' ? '' : 'http://127.0.0.1:1/graphql',
      })),
    );
    const { code, line } = await refusalOf(library, { REVIEWS_URL: 'postgres://me:secret@db/reviews' });
    expect(code).toBe(1);
    expect(line).toContain('the supergraph gives no address for the subgraph "books": set BOOKS_URL');
    expect(line).toContain('REVIEWS_URL must be an http or https address');
    expect(line).not.toContain('secret');
  });
});
