import { z } from 'zod';

/** pino's levels as numbers: 40 is warn. */
const WARN = 40;
const logLine = z.object({
  level: z.number(),
  msg: z.string().optional(),
  err: z.object({ message: z.string() }).optional(),
});

/**
 * The text of a log line that someone at the terminal should see: a warning or an error that a process of ours logged as
 * JSON. `null` for everything else, which stays in the log file.
 */
export function noteworthyLine(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const { data } = logLine.safeParse(JSON.parse(line));
    if (!data || data.level < WARN) return null;
    const parts = [data.msg, data.err?.message].filter((part, index, all) => part && all.indexOf(part) === index);
    return parts.join(': ') || line;
  } catch {
    return null;
  }
}

/** The line of a dying process's output that tells why: its last logged error, else the error of a stack trace. */
export function causeOfDeath(output: string): string | null {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^(\s+at |Node\.js v\d)/.test(line));
  const logged = lines.map(noteworthyLine).findLast((line) => line !== null);
  const thrown = lines.findLast((line) => /^(Uncaught )?[\w.]*Error\b.*:/.test(line));
  return logged ?? thrown ?? lines.findLast((line) => !line.startsWith('{')) ?? null;
}
