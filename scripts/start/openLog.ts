import { closeSync, constants, fchownSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log is begun anew, and the one before kept beside it as `NAME.log.1`, once it has grown past this many bytes. */
const LIMIT = 10 * 1024 * 1024;

/** An open log file. */
export interface LogFile {
  path: string;
  /** File descriptor, open for appending. The caller closes it. */
  fd: number;
  /** How many bytes were there before this run. */
  start: number;
}

/** Opens a log for appending; it belongs to the owner of its folder, also when root starts. */
export function openLog(path: string): LogFile {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LIMIT) renameSync(path, `${path}.1`);
  const fd = openSync(path, constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW, 0o640);
  if (process.getuid?.() === 0) {
    const owner = statSync(dirname(path));
    fchownSync(fd, owner.uid, owner.gid);
  }
  return { path, fd, start: fstatSync(fd).size };
}

/** What this run has written to the log so far: its last 64 KB at most. */
export function readLog(log: LogFile): string {
  const fd = openSync(log.path, 'r');
  try {
    const end = fstatSync(fd).size;
    const from = Math.max(log.start, end - 64 * 1024);
    const bytes = Buffer.alloc(Math.max(0, end - from));
    readSync(fd, bytes, 0, bytes.length, from);
    return bytes.toString('utf8');
  } finally {
    closeSync(fd);
  }
}
