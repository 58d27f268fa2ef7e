import { errorCode } from './errorCode.js';
import { errorMessage } from './errorMessage.js';
import { StartError } from './StartError.js';
import { tryPort } from './tryPort.js';

/**
 * Sees to it, before anything is started, that the gateway will be able to listen.
 *
 * @throws StartError when it will not.
 */
export async function checkPort(port: number, host: string): Promise<void> {
  try {
    await tryPort(port, host);
  } catch (error) {
    const code = errorCode(error);
    const other = `choose another: npm start -- --port ${port < 65_535 ? port + 1 : 4000}`;
    if (code === 'EADDRINUSE') throw new StartError(`port ${port} is taken; stop what uses it, or ${other}`);
    if (code === 'EACCES') throw new StartError(`port ${port} may not be used by this account; ${other}`);
    throw new StartError(
      `cannot listen on ${host}: ${errorMessage(error)}; choose an address of this machine: npm start -- --host 127.0.0.1`,
    );
  }
}
