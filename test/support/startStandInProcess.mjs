/**
 * What each process under the supervisor does, and the faults that a test can ask of it:
 *
 * - `die`: throws before it is ready
 * - `mute`: never says that it is ready
 * - `stubborn`: ignores SIGTERM
 */
export function standInProcess(name) {
  const [process_, fault] = (process.env.STAND_IN_FAULT ?? '').split(':');
  const own = process_ === name ? fault : undefined;

  process.on('SIGTERM', () => {
    if (own !== 'stubborn') process.exit(0);
  });
  // The supervisor is gone, however that came.
  process.on('disconnect', () => process.exit(0));
  if (own === 'die') throw new Error(`the ${name} stand-in was told to die`);

  return {
    ready(urls) {
      console.log(JSON.stringify({ level: 30, pid: process.pid, msg: 'listening' }));
      if (own !== 'mute') process.send({ type: 'ready', urls });
    },
  };
}
