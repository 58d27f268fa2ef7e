/** Loaded into a gateway before its own code: at SIGUSR2 it prints how many graphs are held in memory, each with its documents. */
import { queryObjects } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { Documents } from '../../dist/gateway/operations/Documents.js';

if (isMainThread) {
  process.on('SIGUSR2', () => console.log(`graphs held: ${queryObjects(Documents, { format: 'count' })}`));
}
