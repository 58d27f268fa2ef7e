/* oxlint-disable jest/no-standalone-expect -- it does not see that `testAsRoot` is `test` */
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/start/embeddedPostgres.js';
import { findPostgresPackage, type PostgresPackage } from '../../scripts/start/postgresBinaries.js';
import { openFolder, run } from '../support/startHarness.js';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
/** These need the right to be somebody else; without it their names in the report say why they did not run. */
const testAsRoot = isRoot ? test : test.skip;
const asRoot = isRoot ? '' : ' (skipped: needs root)';

const folder = openFolder();
const sharedFolder = join(folder.path, 'shared');
const started: EmbeddedPostgres[] = [];
afterAll(async () => {
  await Promise.all(started.map((postgres) => postgres.stop()));
  folder.remove();
});

type Options = Omit<Parameters<typeof startEmbeddedPostgres>[0], 'dataDir'>;

async function start(dataDir: string, options: Options = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, sharedFolder, durable: false, ...options });
  started.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function makeFolder(name: string, mode: number): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

/** A copy of the package as npm leaves it when install scripts are off. */
function packageWithoutInstallScript(name: string): PostgresPackage {
  const source = findPostgresPackage();
  const copy = join(folder.path, name);
  cpSync(source.folder, copy, { recursive: true, verbatimSymlinks: true });
  const lib = join(copy, 'native/lib');
  for (const file of readdirSync(lib)) {
    if (lstatSync(join(lib, file)).isSymbolicLink()) rmSync(join(lib, file));
  }
  for (const program of readdirSync(join(copy, 'native/bin'))) chmodSync(join(copy, 'native/bin', program), 0o644);
  return { ...source, folder: copy };
}

function chownAll(path: string, owner: number): void {
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    const one = join(path, name);
    if (!lstatSync(one).isSymbolicLink()) chownSync(one, owner, owner);
  }
  chownSync(path, owner, owner);
}

test('it listens on the loopback address alone, wants its password, and keeps what was written', async () => {
  const dataDir = join(folder.path, 'plain');
  const first = await start(dataDir, { durable: true });
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const settings = `SELECT current_setting('listen_addresses') AS host, current_setting('server_encoding') AS encoding,
    current_setting('TimeZone') AS zone, current_setting('fsync') AS fsync,
    (SELECT datlocale FROM pg_database WHERE datname = 'postgres') AS locale`;
  expect(await query(first.url, settings)).toEqual([
    { host: '127.0.0.1', encoding: 'UTF8', zone: 'UTC', fsync: 'on', locale: 'C.UTF-8' },
  ]);
  const stranger = new URL(first.url);
  stranger.password = 'guess';
  await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  expect(statSync(join(dataDir, 'cluster/customer360.password')).mode & 0o777).toBe(0o600);
  await first.stop();
  expect(await first.exited).toEqual({ code: 0, signal: null });

  const second = await start(dataDir);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await second.stop();
});

testAsRoot(`as root, under folders that all may enter, it runs as nobody, in place${asRoot}`, async () => {
  const lines: string[] = [];
  const dataDir = join(makeFolder('open', 0o755), 'made/by us');
  const postgres = await start(dataDir, { log: (line) => lines.push(line) });
  expect(postgres.dataDir).toBe(dataDir);
  expect(statSync(join(dataDir, 'cluster/postmaster.pid')).uid).toBe(NOBODY);
  expect(lines).toEqual([]);
  await postgres.stop();
});

testAsRoot(
  `as root, under a closed folder, it says where the data are instead, and finds them again${asRoot}`,
  async () => {
    const lines: string[] = [];
    const closed = makeFolder('closed', 0o700);
    // The binaries lie under the closed folder as well, as they do when the whole project does.
    const source = findPostgresPackage();
    cpSync(source.folder, join(closed, 'package'), { recursive: true, verbatimSymlinks: true });
    // Other tests copy Postgres to the common folder when the project itself lies under a closed one.
    const ownShared = join(folder.path, 'shared of the closed');
    const options = {
      sharedFolder: ownShared,
      package: { ...source, folder: join(closed, 'package') },
      log: (line: string) => lines.push(line),
    };
    const wanted = join(closed, '.data/postgres');

    const first = await start(wanted, options);
    expect(dirname(first.dataDir)).toBe(ownShared);
    expect(lines).toEqual([
      `the database is in ${first.dataDir}: as root Postgres runs as nobody, who may not enter ${closed}`,
      `copying Postgres to ${join(ownShared, `postgres-${source.version}`)} (once), because it cannot be run where npm put it`,
    ]);
    expect(existsSync(wanted)).toBe(false);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();

    const second = await start(wanted, options);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(lines.filter((line) => line.startsWith('copying'))).toHaveLength(1);
    await second.stop();

    // Opening the folder later must not lead to a second, empty database.
    chmodSync(closed, 0o755);
    const third = await start(wanted, options);
    expect(await query(third.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await third.stop();
  },
);

testAsRoot(`as root, data whose folder was closed since are never passed over for empty ones${asRoot}`, async () => {
  const parent = makeFolder('closed-later', 0o755);
  await (await start(join(parent, 'postgres'))).stop();
  chmodSync(parent, 0o700);
  await expect(start(join(parent, 'postgres'))).rejects.toMatchObject({
    name: 'StartError',
    message: expect.stringContaining(`chmod o+x ${parent}`),
  });
});

test('what install scripts would have made is made up for, in place', async () => {
  const source = packageWithoutInstallScript('no-install-scripts');
  const dataDir = join(folder.path, 'without-scripts');
  const noCopies = join(folder.path, 'no-copies');
  const postgres = await start(dataDir, { package: source, sharedFolder: noCopies });
  expect(readdirSync(join(source.folder, 'native/lib')).toSorted()).toEqual(
    readdirSync(join(findPostgresPackage().folder, 'native/lib')).toSorted(),
  );
  expect(existsSync(noCopies)).toBe(false);
  expect(readdirSync(dataDir).filter((name) => name.startsWith('postgres-'))).toEqual([]);
  expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await postgres.stop();
});

/** A program of its own, because it must run as another user. Everything that it reads is copied to where that user may. */
const AS_SOMEBODY = `
  import { startEmbeddedPostgres } from SCRIPT;
  const [dataDir, folder, version] = process.argv.slice(1);
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false, package: { folder, version }, log: console.log });
  console.log('runs in ' + postgres.dataDir + ' as ' + process.getuid());
  await postgres.stop();
`;

testAsRoot.each([
  ['a package of its own', NOBODY, /^runs in (.*) as 65534\n$/],
  ['a package that it cannot write', 0, /^copying Postgres to .* \(once\).*\nruns in (.*) as 65534\n$/],
])(
  `as another user, with %s and no install scripts, it runs in place as that user${asRoot}`,
  async (_, owner, said) => {
    const program = join(folder.path, `program-${owner}`);
    for (const part of ['dist/scripts', 'dist/schema', 'node_modules/zod', 'package.json']) {
      cpSync(part, join(program, part), { recursive: true, dereference: true });
    }
    const source = packageWithoutInstallScript(`package-${owner}`);
    chownAll(source.folder, owner);
    const dataDir = makeFolder(`data-${owner}`, 0o700);
    chownSync(dataDir, NOBODY, NOBODY);

    const script = pathToFileURL(join(program, 'dist/scripts/start/embeddedPostgres.js')).href;
    const command = run(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        AS_SOMEBODY.replace('SCRIPT', JSON.stringify(script)),
        dataDir,
        source.folder,
        source.version,
      ],
      { cwd: folder.path, uid: NOBODY, gid: NOBODY, env: { PATH: process.env['PATH'] } },
    );
    expect(await command.ended).toEqual({ code: 0, signal: null });
    expect(command.errors()).toBe('');
    expect(said.exec(command.output())?.[1]).toBe(dataDir);
  },
);
