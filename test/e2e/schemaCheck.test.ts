import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { schemaCommand } from '../../schema/schemaCommand.js';
import { fragile, undescribed } from '../../schema/soundness.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'customer360-schema-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
  /** The copy, as the command left it. */
  readonly folder: string;
}

/** Runs the schema command in a copy of what is committed, after `change`. */
async function schema(
  args: string[],
  change: (schemaFolder: string) => Promise<void>,
  run: (args: string[]) => Promise<Omit<Outcome, 'folder'>> = runHere,
): Promise<Outcome> {
  const copy = await mkdtemp(join(folder, 'copy-'));
  await cp('schema', join(copy, 'schema'), { recursive: true });
  await cp('subgraphs.yaml', join(copy, 'subgraphs.yaml'));
  await change(join(copy, 'schema'));
  const before = process.cwd();
  process.chdir(copy);
  try {
    return { ...(await run(args)), folder: join(copy, 'schema') };
  } finally {
    process.chdir(before);
  }
}

/** In this process: loading the subgraphs takes a process of its own seconds. */
async function runHere(args: string[]): Promise<Omit<Outcome, 'folder'>> {
  let [output, errors] = ['', ''];
  const code = await schemaCommand(args, {
    print: (line) => (output += `${line}\n`),
    complain: (line) => (errors += `${line}\n`),
  });
  return { code, output, errors };
}

const MAIN = join(process.cwd(), 'dist/schema/main.js');

/** As npm does. */
async function runApart(args: string[]): Promise<Omit<Outcome, 'folder'>> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, output, errors) =>
      resolve({ code: error ? Number(error.code) : 0, output, errors }),
    );
  });
}

/** Puts a supergraph beside the copy in which customers have a shoe size still, deprecated. */
async function withShoeSize(schemaFolder: string): Promise<void> {
  const text = await readFile(join(schemaFolder, 'supergraph.graphql'), 'utf8');
  const field = '  shoeSize: Int @join__field(graph: IDENTITY) @deprecated(reason: "use preferences")\n';
  await writeFile(join(schemaFolder, '../before.graphql'), text.replace(/^( {2}phones: .*\n)/m, `$1${field}`));
}

/** What a gateway records of somebody who asks for shoe sizes. */
async function recordShoeSize(schemaFolder: string, day: string): Promise<void> {
  const row = {
    id: 'a'.repeat(64),
    operationName: 'Shoes',
    document: 'query Shoes($id: ID!) { customer360(id: $id) { shoeSize } }',
    client: { name: 'fitter', version: '2.1' },
    count: 4310,
    firstSeen: `${day}T08:00:00.000Z`,
    lastSeen: `${day}T09:00:00.000Z`,
  };
  await mkdir(join(schemaFolder, '../usage'), { recursive: true });
  await writeFile(join(schemaFolder, `../usage/${day}.1.ndjson`), `${JSON.stringify(row)}\n`);
}

describe('the schema check', () => {
  it('passes on what is committed', async () => {
    expect(await schema(['--check'], async () => {}, runApart)).toMatchObject({ code: 0, errors: '' });
  });

  it("fails when a subgraph's committed SDL is not what the code says, and changes nothing", async () => {
    const drifted = 'subgraphs/sales.graphql';
    const result = await schema(['--check'], (copy) => appendFile(join(copy, drifted), '# by hand\n'), runApart);
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

describe('the check of a change', () => {
  const today = new Date().toISOString().slice(0, 10);
  const against = ['check', '--against', 'before.graphql', '--usage', 'usage'];

  it('lets a break land that nobody asks for, and names it', async () => {
    const result = await schema(against, withShoeSize);
    expect(result).toMatchObject({ code: 0, errors: '' });
    expect(result.output).toMatch(/Breaking, but nobody is known to use it; allowed:\n.*shoeSize/);
  });

  it('refuses a break of what a gateway saw somebody ask, and says who, how often and what to do', async () => {
    const result = await schema(against, async (folderOfSchema) => {
      await withShoeSize(folderOfSchema);
      await recordShoeSize(folderOfSchema, today);
    });
    expect(result.code).toBe(1);
    expect(result.output).toMatch(
      /Breaking, and in use:\n.*shoeSize.*\n.*fitter 2\.1 asked Shoes 4,310 times, last on /,
    );
    expect(result.output).toMatch(/mark the old @deprecated/);
  });

  it('passes over what was asked longer ago than counts', async () => {
    const result = await schema([...against, '--days', '7'], async (folderOfSchema) => {
      await withShoeSize(folderOfSchema);
      await recordShoeSize(folderOfSchema, '2026-01-02');
    });
    expect(result).toMatchObject({ code: 0, errors: '' });
  });

  it('says what is wrong with a record that is none, and with what to compare with', async () => {
    const broken = await schema(against, async (folderOfSchema) => {
      await recordShoeSize(folderOfSchema, today);
      await withShoeSize(folderOfSchema);
      await appendFile(join(folderOfSchema, `../usage/${today}.1.ndjson`), '{"half":');
    });
    expect(broken).toMatchObject({ code: 1, errors: expect.stringMatching(/1\.ndjson:2 is no record of use/) });
    const missing = await schema(['check', '--against', 'nowhere'], async () => {});
    expect(missing).toMatchObject({ code: 1, errors: expect.stringMatching(/of nowhere cannot be read/) });
  });
});

it('lists who still asks for what is deprecated', async () => {
  const result = await schema(['usage', '--usage', 'usage'], async (folderOfSchema) => {
    await withShoeSize(folderOfSchema);
    await rename(join(folderOfSchema, '../before.graphql'), join(folderOfSchema, 'supergraph.graphql'));
    await recordShoeSize(folderOfSchema, new Date().toISOString().slice(0, 10));
  });
  expect(result.output).toMatch(
    /Customer\.shoeSize \(deprecated: use preferences\)\n {2}fitter 2\.1 asked Shoes 4,310 times/,
  );
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
  const OWNERS = { Customer: 'identity', Employee: 'identity', Money: 'kit' };
  expect(fragile('sales', sdl, OWNERS)).toEqual(['Customer.orders', 'Order.customer']);
  expect(fragile('identity', sdl, OWNERS)).toEqual([]);
});
