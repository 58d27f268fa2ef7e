import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Formats files as `npm run check` wants them. */
export async function formatFiles(paths: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ['node_modules/oxfmt/bin/oxfmt', '--write', ...paths]);
}
