import type { ReadyMessage } from '../schema/contract.js';
import { HELP, readConfig } from './config.js';
import { StartError } from './errors/StartError.js';
import { type Gateway, createGateway } from './server.js';

/** Longer than the gateway itself takes to end what is in flight; then the process ends without it. */
const STOP_LIMIT_MS = 15_000;

/** Forked by a supervisor: it stops us with SIGTERM, or by going away. */
const supervised = process.send !== undefined;

let gateway: Gateway | undefined;
let stopping = false;

/** Ends the process once what is in flight has its answer. The second signal and all after it change nothing. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  await gateway?.stop();
  process.exit(0);
}

function stopAndReport(): void {
  stop().catch((error: unknown) => {
    console.error('gateway: it did not stop cleanly:', error);
    process.exit(1);
  });
}

async function start(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === 'help') {
    console.log(HELP);
    return;
  }
  process.on('SIGTERM', stopAndReport);
  // Ctrl-C in a terminal goes to every process of the group; under a supervisor the order to stop is the supervisor's.
  process.on('SIGINT', supervised ? () => undefined : stopAndReport);
  process.on('disconnect', stopAndReport);

  gateway = await createGateway(config);
  if (supervised && process.connected) {
    const message: ReadyMessage = { type: 'ready', urls: { gateway: gateway.url } };
    // A supervisor that went away meanwhile is told of by `disconnect`.
    process.send?.(message, undefined, undefined, () => undefined);
  }
}

try {
  await start();
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(`gateway: ${error.message}`);
  process.exit(error.exitCode);
}
