/**
 * One Postgres for the whole test run, on a free port and in a folder of its own under the system's temporary folder. Its
 * address is in TEST_DATABASE_URL, which every test worker inherits; set it yourself to use a Postgres of yours.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'customer360-jest-';

export default async function globalSetup() {
  if (process.env.TEST_DATABASE_URL) return;
  const { startEmbeddedPostgres } = await import('../../dist/scripts/start/embeddedPostgres.js');
  await removeAbandoned();

  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, durable: false, log: console.error });
  const tearDown = async () => {
    await postgres.stop();
    rmSync(postgres.dataDir, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  };
  process.env.TEST_DATABASE_URL = postgres.url;
  globalThis.customer360TearDown = tearDown;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => void tearDown().finally(() => process.exit(1)));
  }
}

/** A run that was killed outright could not stop its Postgres: the next run does. */
async function removeAbandoned() {
  const { isFolderLocked } = await import('../../dist/scripts/start/lockFolder.js');
  const { clearLeftovers } = await import('../../dist/scripts/start/postmasterFile.js');
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (!name.startsWith(PREFIX) || isFolderLocked(folder)) continue;
    try {
      await clearLeftovers(join(folder, 'cluster'), () => {});
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // It is another user's.
    }
  }
}
