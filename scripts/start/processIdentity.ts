import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Text that names one run of one process: two processes that were given the same id, one after the other, differ.
 *
 * @returns `null` when no such process runs. A zombie (ended, not yet collected by its parent) does not run.
 */
export function processIdentity(pid: number): string | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

/** proc(5): after the command name in brackets come the state and, as the 22nd field of all, the start in clock ticks. */
function identityFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${pid} ${boot} ${fields[19]}`;
  } catch {
    return null;
  }
}

function identityFromPs(pid: number): string | null {
  const { status, stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const line = stdout?.trim() ?? '';
  if (status !== 0 || line === '' || line.startsWith('Z')) return null;
  // The state letters change while a process runs; the start does not.
  return `${pid} ${line.slice(line.indexOf(' ')).trim()}`;
}
