import { existsSync, writeFileSync } from 'node:fs';

/**
 * What each process under the supervisor does, and the faults that a test can ask of it:
 *
 * - `die`: throws before it is ready
 * - `mute`: never says that it is ready
 * - `mute-again`: the same, but for the first start, which makes the file STAND_IN_MARK
 * - `stubborn`: ignores SIGTERM
 */
export function standInProcess(name) {
  const [process_, fault] = (process.env.STAND_IN_FAULT ?? '').split(':');
  const own = process_ === name ? fault : undefined;
  const isMute = own === 'mute' || (own === 'mute-again' && isMarked(process.env.STAND_IN_MARK));

  process.on('SIGTERM', () => {
    if (own !== 'stubborn') process.exit(0);
  });
  // The supervisor is gone, however that came.
  process.on('disconnect', () => process.exit(0));
  if (own === 'die') throw new Error(`the ${name} stand-in was told to die`);

  return {
    /** The server that the supervisor has; undefined where it has none for us. */
    listener() {
      if (isMute) return new Promise(() => undefined);
      if (process.env.LISTENER !== 'ipc') return undefined;
      return new Promise((resolve) => {
        process.on('message', (_message, server) => resolve(server));
        process.send({ type: 'listen' });
      });
    },
    ready(urls) {
      console.log(JSON.stringify({ level: 30, pid: process.pid, msg: 'listening' }));
      if (!isMute) process.send({ type: 'ready', urls });
    },
  };
}

function isMarked(file) {
  if (existsSync(file)) return true;
  writeFileSync(file, '');
  return false;
}
