import { readFileSync } from 'node:fs';

/** The memory of a process in MB, what it shares with others counted in proportion (PSS). Linux only. */
export function processMemory(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? NaN) / 1024;
}
