/**
 * Runs before every command that needs the compiled project: installs what is missing and compiles what changed.
 * It uses only Node's own modules, because on a fresh clone nothing else is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { buildConsole } from './buildConsole.mjs';

const REQUIRED_NODE = [20, 19];
const STAMP = 'node_modules/.customer360-lock';

/** Ends the command with one line that says what is wrong and what to do. */
function fail(message) {
  console.error(`customer360: ${message}`);
  process.exit(1);
}

function checkNodeVersion() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = REQUIRED_NODE;
  if (major < needMajor || (major === needMajor && minor < needMinor)) {
    fail(
      `Node.js ${needMajor}.${needMinor} or newer is needed, this is ${process.versions.node}. Install it from nodejs.org.`,
    );
  }
}

/** Installs when node_modules was not made from this very lock file; a digest is kept beside it to know. */
function installDependencies() {
  const digest = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  console.error('customer360: installing dependencies (once, about a minute) ...');
  // `npm start` runs this with npm's own environment; npm_execpath is the npm that was called.
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  // `npm start --omit=dev` or NODE_ENV=production would leave out the compiler.
  const result = spawnSync(command, [...args, '--include=dev', '--loglevel=error'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status !== 0) fail('`npm ci` failed; its message is above. Mend that and run the command again.');
  writeFileSync(STAMP, digest);
}

/** Incremental: well under a second when nothing changed. */
function compile() {
  if (!existsSync('tsconfig.build.json')) return; // an image that carries only dist/
  if (!existsSync('dist/subgraphs')) rmSync('dist', { recursive: true, force: true });
  const result = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  if (result.status !== 0) fail('the project does not compile; the messages of `tsc` are above.');
}

checkNodeVersion();
installDependencies();
compile();
if (!buildConsole()) fail('the console does not build; the messages are above.');
