import { Server } from 'node:net';
import { LISTENER_VARIABLE, type ListenMessage, listenMessage, type ReadyMessage } from '../schema/contract.js';
import { HELP, readConfig } from './config.js';
import { StartError } from './errors/StartError.js';
import { type Gateway, createGateway } from './server.js';

/** Longer than the gateway itself takes, once it takes no requests, to end what is in flight; then the process ends without it. */
const STOP_LIMIT_MS = 15_000;

/** Forked by a supervisor: it stops us with SIGTERM, or by going away. */
const supervised = process.send !== undefined;

let gateway: Gateway | undefined;
let stopping = false;

/**
 * Ends the process once what is in flight has its answer. The second signal and all after it change nothing.
 *
 * @param drainMs see `Gateway.stop`
 */
async function stop(drainMs: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), drainMs + STOP_LIMIT_MS).unref();
  await gateway?.stop(drainMs);
  process.exit(0);
}

function stopAndReport(drainMs: number): void {
  stop(drainMs).catch((error: unknown) => {
    console.error('gateway: it did not stop cleanly:', error);
    process.exit(1);
  });
}

/** Asks the supervisor for the server to listen on. A supervisor that went away meanwhile is told of by `disconnect`. */
function askForListener(): Promise<Server> {
  return new Promise((resolve) => {
    process.on('message', (message, handle) => {
      if (listenMessage.safeParse(message).success && handle instanceof Server) resolve(handle);
    });
    const message: ListenMessage = { type: 'listen' };
    process.send?.(message, undefined, undefined, () => undefined);
  });
}

async function start(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === 'help') {
    console.log(HELP);
    return;
  }
  process.on('SIGTERM', () => stopAndReport(config.drainDelayMs));
  // Ctrl-C in a terminal goes to every process of the group; under a supervisor the order to stop is the supervisor's.
  process.on('SIGINT', supervised ? () => undefined : () => stopAndReport(0));
  process.on('disconnect', () => stopAndReport(0));

  const isHandedListener = supervised && process.env[LISTENER_VARIABLE] === 'ipc';
  gateway = await createGateway(config, undefined, isHandedListener ? askForListener : undefined);
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
