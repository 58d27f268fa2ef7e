import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { fragile, undescribed } from '../../schema/check.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'customer360-schema-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the schema command in a copy of what is committed, after `change`. */
async function schema(args: string[], change: (schemaFolder: string) => Promise<void>) {
  const copy = await mkdtemp(join(folder, 'copy-'));
  await cp('schema', join(copy, 'schema'), { recursive: true });
  await change(join(copy, 'schema'));
  const main = join(process.cwd(), 'dist/schema/main.js');
  return new Promise<{ code: number; errors: string; folder: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd: copy }, (error, _output, errors) =>
      resolve({ code: error ? Number(error.code) : 0, errors, folder: join(copy, 'schema') }),
    );
  });
}

describe('the schema check', () => {
  it('passes on what is committed', async () => {
    expect(await schema(['--check'], async () => {})).toMatchObject({ code: 0, errors: '' });
  });

  it("fails when a subgraph's committed SDL is not what the code says, and changes nothing", async () => {
    const drifted = 'subgraphs/sales.graphql';
    const result = await schema(['--check'], (copy) => appendFile(join(copy, drifted), '# by hand\n'));
    expect(result).toMatchObject({ code: 1, errors: expect.stringContaining(`${drifted} differs from the code`) });
    expect(await readFile(join(result.folder, drifted), 'utf8')).toContain('# by hand');
  });

  it('fails when the committed supergraph is missing', async () => {
    const result = await schema(['--check'], (copy) => rm(join(copy, 'supergraph.graphql')));
    expect(result).toMatchObject({ code: 1, errors: expect.stringContaining('supergraph.graphql differs') });
  });

  it('fails when an operation of a known client could not be answered', async () => {
    const result = await schema(['--check'], (copy) =>
      writeFile(join(copy, 'operations/old.graphql'), '{ customer360(id: "1") { shoeSize } }'),
    );
    expect(result).toMatchObject({ code: 1, errors: expect.stringMatching(/old\.graphql would break: .*shoeSize/) });
  });

  it('writes what the code says', async () => {
    const result = await schema([], (copy) => appendFile(join(copy, 'supergraph.graphql'), '# by hand\n'));
    expect(result.code).toBe(0);
    const written = await readFile(join(result.folder, 'supergraph.graphql'), 'utf8');
    expect(written).toBe(await readFile('schema/supergraph.graphql', 'utf8'));
  });
});

it('names everything that has no description', () => {
  const bare = buildSchema('type Query { a(b: Int): E } enum E { V } input I { f: Int }');
  expect(undescribed(bare)).toEqual(['Query.a', 'Query.a(b)', 'E', 'E.V', 'I', 'I.f']);
});

it('names the fields that would fall with another subgraph', () => {
  const sdl = `
    type Customer @key(fields: "id") { id: ID! orders: [Order!]! owner: Employee }
    type Order @key(fields: "id") { id: ID! number: String! customer: Customer! }
    type Employee @key(fields: "id") { id: ID! }`;
  expect(fragile('sales', sdl)).toEqual(['Customer.orders', 'Order.customer']);
  expect(fragile('identity', sdl)).toEqual([]);
});
