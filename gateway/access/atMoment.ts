/** Longer than that, Node's timers fire at once; and a clock that was set meanwhile is looked at again. */
const LONGEST_MS = 60 * 60_000;

/**
 * Acts once the clock shows a moment, however far away; at once, though never before this returns, when it is past.
 *
 * @param moment milliseconds since 1970
 * @returns forgets it
 */
export function atMoment(moment: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(
      () => {
        if (Date.now() >= moment) act();
        else wait();
      },
      Math.min(Math.max(moment - Date.now(), 0), LONGEST_MS),
    ).unref();
  };
  wait();
  return () => clearTimeout(timer);
}
