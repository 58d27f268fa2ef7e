/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The same for people: `exit code 1`, `SIGKILL`. */
export function describeEnd({ code, signal }: ProcessEnd): string {
  return signal ?? (code === null ? 'it could not be run' : `exit code ${code}`);
}
