/**
 * Builds the console into dist/console when something that it is made of changed: its sources, its operations, the schema or the libraries. A digest beside
 * the result tells; looking takes milliseconds, building some seconds.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const SOURCES = [
  'console',
  'schema/operations/console',
  'schema/supergraph.graphql',
  'scripts/generateConsoleTypes.mjs',
  'gateway/access/roles.ts',
  'package-lock.json',
];
/** Made from the others. */
const GENERATED = ['operations.ts', 'roles.ts'].map((name) => join('console', 'graph', name));
const RESULT = 'dist/console';
const STAMP = 'dist/.console';

function* files(path) {
  if (!existsSync(path)) return;
  const entries = path.includes('.') ? null : readdirSync(path, { recursive: true, withFileTypes: true });
  if (!entries) yield path;
  for (const entry of entries ?? []) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !GENERATED.includes(file)) yield file;
  }
}

function digestOfSources() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((path) => [...files(path)]).sort((one, other) => (one < other ? -1 : 1))) {
    hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return status === 0;
}

/** Writes each file compressed beside itself, once for all its readers. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const text = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  }
}

/**
 * @param {{ always?: boolean }} options `always` builds also what is up to date
 * @returns {boolean} false when it could not be built; the reason is on the terminal
 */
export function buildConsole({ always = false } = {}) {
  if (!existsSync('console')) return true; // an image that carries only dist/
  const digest = digestOfSources();
  const isUpToDate =
    GENERATED.every((file) => existsSync(file)) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest;
  if (isUpToDate && !always) return true;
  // Built beside and then put in place: a gateway that starts meanwhile finds the old one or the new one, whole.
  const next = `${RESULT}.${process.pid}`;
  const isBuilt =
    run('scripts/generateConsoleTypes.mjs') &&
    run('node_modules/vite/bin/vite.js', 'build', '-c', 'console/vite.config.mjs', '--outDir', join('..', next));
  if (!isBuilt) {
    rmSync(next, { recursive: true, force: true });
    return false;
  }
  compress(join(next, 'assets'));
  rmSync(RESULT, { recursive: true, force: true });
  renameSync(next, RESULT);
  writeFileSync(STAMP, digest);
  return true;
}

if (process.argv[1] === import.meta.filename && !buildConsole({ always: true })) process.exit(1);
