import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { StartError } from '../errors/StartError.js';
import { Safelist } from './Safelist.js';
import { readOperations } from './readOperations.js';

/** @throws StartError when the operations cannot be read, or when there are none and only they are answered */
export async function loadSafelist(
  { mode, folder }: Config['safelist'],
  logger: Logger,
): Promise<Safelist | undefined> {
  if (mode === 'off') return undefined;
  const operations = await readOperations(folder);
  if (operations.length === 0 && mode === 'require') {
    throw new StartError(
      `only operations of ${folder} are answered (--safelist require), and there are none. ` +
        'Put what clients ask there, in .graphql files, name another folder with --operations, or give --safelist off.',
    );
  }
  return new Safelist(operations, mode, logger);
}
