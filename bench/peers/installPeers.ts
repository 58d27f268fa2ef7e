import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = 'bench';
const STAMP = `${FOLDER}/node_modules/.customer360-lock`;

/**
 * Installs the peers of bench/package.json into bench/node_modules, unless they are there from this very lock file.
 *
 * @throws Error when npm fails
 */
export function installPeers(): void {
  const digest = createHash('sha256')
    .update(readFileSync(`${FOLDER}/package-lock.json`))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  console.error('installing the peers into bench/node_modules (once, about a minute, 530 MB) ...');
  const npm = process.env['npm_execpath'];
  const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const result = spawnSync(command, [...args, '--ignore-scripts', '--loglevel=error'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (result.status !== 0) throw new Error('`npm ci` failed in bench/; its message is above');
  writeFileSync(STAMP, digest);
}
