import { fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ListenMessage, listenMessage, readyMessage, type ReadyMessage } from '../../schema/contract.js';
import { openLog, readLog } from './openLog.js';
import type { ProcessEnd } from './processEnd.js';
import { causeOfDeath, noteworthyLine } from './noteworthyLine.js';

/** What {@link startProcess} takes. */
export interface ProcessOptions {
  /** For people, and the name of the log file. */
  name: string;
  /** Path of the JavaScript file. */
  script: string;
  args: string[];
  /** Options of Node itself. */
  nodeArgs?: readonly string[] | undefined;
  env: NodeJS.ProcessEnv;
  /** The folder, which exists, for `NAME.log`. */
  logFolder: string;
  /** Told every warning and error that the process logs. */
  show: (line: string) => void;
  /** Whether `show` is told every other line, too, that is no JSON. */
  showsAll?: boolean;
}

/** A Node process of ours. */
export interface StartedProcess {
  name: string;
  logFile: string;
  /** Resolves with what it says once it answers requests; stays open when it never does. */
  ready: Promise<ReadyMessage>;
  /** Resolves when it asks for the server that it is to listen on; see {@link LISTENER_VARIABLE}. */
  asksForListener: Promise<void>;
  /**
   * Gives it that server. The system's socket is then shared: the caller closes its own end of it.
   *
   * @throws when the process is gone
   */
  handListener(server: Server): Promise<void>;
  /** Resolves as soon as the process is no more, or could not be run. Never rejects. */
  gone: Promise<void>;
  /** Resolves when it has ended, asked or not, and its output is in the log. Never rejects. */
  exited: Promise<ProcessEnd>;
  signal(signal: NodeJS.Signals): void;
  /** Why it ended, as far as its output tells. */
  cause(): string | null;
}

/**
 * Starts a Node process with an IPC channel. It tells us over the channel that it is ready; the channel's end tells it that we
 * are gone, however that came. It is in a process group of its own, so Ctrl-C reaches it only through us and in our order.
 */
export function startProcess({
  name,
  script,
  args,
  nodeArgs = [],
  env,
  logFolder,
  show,
  showsAll = false,
}: ProcessOptions): StartedProcess {
  const log = openLog(join(logFolder, `${name}.log`));
  const file = createWriteStream(log.path, { fd: log.fd });
  file.on('error', (error) => show(`cannot write ${log.path}: ${error.message}`));
  const child = fork(script, args, {
    env,
    execArgv: ['--enable-source-maps', ...nodeArgs],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    const unreadable = (error: Error): void => show(`its output cannot be read: ${error.message}`);
    stream.on('error', unreadable);
    createInterface({ input: stream, crlfDelay: Infinity })
      // The stream's own errors come out here a second time.
      .on('error', () => {})
      .on('line', (line) => {
        file.write(`${line}\n`);
        const text = noteworthyLine(line);
        if (text !== null) show(text);
        else if (showsAll && !line.startsWith('{')) show(line);
      });
  }
  // Without a process it has not begun, and `exited` tells; else a signal or a message could not be sent to it.
  child.on('error', (error) => child.pid !== undefined && show(error.message));
  return {
    name,
    logFile: log.path,
    ready: new Promise((resolve) => {
      child.on('message', (message) => {
        const { data } = readyMessage.safeParse(message);
        if (data) resolve(data);
      });
    }),
    asksForListener: new Promise((resolve) => {
      child.on('message', (message) => listenMessage.safeParse(message).success && resolve());
    }),
    handListener: (server) =>
      new Promise((resolve, reject) => {
        const message: ListenMessage = { type: 'listen' };
        child.send(message, server, (error) => (error ? reject(error) : resolve()));
      }),
    gone: new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.on('error', () => child.pid === undefined && resolve());
    }),
    exited: new Promise((resolve) => {
      const settle = (end: ProcessEnd): void => void file.end(() => resolve(end));
      child.once('close', (code, signal) => settle({ code, signal }));
      child.on('error', () => child.pid === undefined && settle({ code: null, signal: null }));
    }),
    signal: (signal) => void child.kill(signal),
    cause: () => causeOfDeath(readLog(log)),
  };
}
