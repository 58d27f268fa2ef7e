/** Time between two lines where there is no terminal, in milliseconds. */
const EVERY = 5000;

/**
 * Tells how far a seed has come and how long it will take: one line that changes on a terminal, a line now and then elsewhere.
 * @param customers how many there will be
 * @returns to be called with how many are there, and how many of them were there before
 */
export function progress(customers: number): (done: number, before: number) => void {
  const started = Date.now();
  let lastLine = 0;
  return (done, before) => {
    const left = ((Date.now() - started) / (done - before)) * (customers - done);
    const line = `seed: ${done} of ${customers} customers, about ${Math.ceil(left / 1000)} s left`;
    if (process.stderr.isTTY) process.stderr.write(`\r${line}\x1b[K${done === customers ? '\n' : ''}`);
    else if (done === customers || Date.now() - lastLine > EVERY) {
      console.error(line);
      lastLine = Date.now();
    }
  };
}
