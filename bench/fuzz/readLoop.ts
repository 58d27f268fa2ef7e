import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { LoopReadings } from './LoopReadings.js';

/** Collects the garbage of a watched process, reads what the watchdog measured, and begins anew. @param path of its Unix socket */
export async function readLoop(path: string): Promise<LoopReadings> {
  const connection = connect(path);
  connection.write('\n');
  const readings: LoopReadings = JSON.parse(await text(connection));
  return readings;
}
