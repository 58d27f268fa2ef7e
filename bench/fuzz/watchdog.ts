import { closeSync, openSync, readSync } from 'node:fs';
import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { runInNewContext } from 'node:vm';
import type { LoopReadings } from './LoopReadings.js';

// Loaded into the gateway before its own code (`--import`), and no part of it: measures how much CPU time the turns of its event loop take, and
// tells whoever connects to the Unix socket FUZZ_WATCHDOG. Wall time would say how busy the machine is. Linux only (/proc).

/** A timer of this period reads the clock; what it finds is a turn and at most so much beside it. */
const TICK_MS = 5;

const socket = process.env['FUZZ_WATCHDOG'];
if (isMainThread && socket !== undefined) watch(socket);

function watch(path: string): void {
  // Of the main thread alone: neither the planner's thread nor that of the garbage collector keeps the loop from turning.
  const schedstat = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  const text = Buffer.alloc(64);
  /** CPU time so far, in milliseconds: the first figure is in nanoseconds. */
  const cpu = (): number => {
    const length = readSync(schedstat, text, 0, text.length, 0);
    return Number(text.toString('latin1', 0, length).split(' ')[0]) / 1_000_000;
  };

  let last = cpu();
  let worstTurn = 0;
  const tick = (): void => {
    const now = cpu();
    worstTurn = Math.max(worstTurn, now - last);
    last = now;
  };
  setInterval(tick, TICK_MS).unref();

  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const server = createServer((connection) => {
    connection.on('error', () => connection.destroy());
    connection.once('data', () => {
      tick();
      const turn = worstTurn;
      // What the collection takes is ours.
      collect();
      const { heapUsed, external, rss } = process.memoryUsage();
      const readings: LoopReadings = { worstTurn: turn, held: heapUsed + external, rss };
      last = cpu();
      worstTurn = 0;
      connection.end(JSON.stringify(readings));
    });
  });
  server.listen(path).unref();
  process.once('exit', () => closeSync(schedstat));
}
