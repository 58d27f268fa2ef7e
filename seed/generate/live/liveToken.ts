import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const tokens = z.array(z.object({ role: z.string(), token: z.string() }));

/**
 * The token with which `--live` asks: `TOKEN`, else the admin's that a running `npm start` keeps in its data folder; undefined where there is
 * neither, as without access control.
 */
export function liveToken(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env['TOKEN']) return env['TOKEN'];
  try {
    const read = tokens.parse(JSON.parse(readFileSync(join(env['DATA'] || '.data', 'tokens.json'), 'utf8')));
    return read.find(({ role }) => role === 'admin')?.token;
  } catch {
    // No file, or not one of ours: the gateway says whether a token is needed.
    return undefined;
  }
}
