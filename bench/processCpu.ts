import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc; fixed at 100 on Linux for every architecture that Node runs on. */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  /** Milliseconds of CPU, user and system, with children that have ended. */
  readonly cpu: number;
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; what follows it is fixed: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, cpu: ((user + system + childUser + childSystem) * 1000) / TICKS };
  } catch {
    return null; // it has ended meanwhile
  }
}

/** The CPU that a process has used so far, in milliseconds. Linux only. */
export function processCpu(pid: number): number {
  return statOf(pid)?.cpu ?? 0;
}

/** The CPU that a process and its children have used so far, in milliseconds: Postgres with its backends. */
export function familyCpu(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid);
  return children.reduce((sum, stat) => sum + (stat?.cpu ?? 0), processCpu(pid));
}
