import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { describeError } from '../../../observability/describeError.js';
import type { ReadyMessage } from '../../../schema/contract.js';
import { isConnectionLost } from '../sql/isUnavailable.js';
import { ENVIRONMENT_HELP, readConfig } from './config.js';
import type { SubgraphDefinition } from './defineSubgraph.js';
import { startSubgraph, type RunningSubgraph } from './startSubgraph.js';

const LOG_LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Longer than the requests under way need; then the process ends without them. */
const STOP_LIMIT_MS = 10_000;

/** One line for a person: what could not start, and what to do about it. */
function describe(name: string, error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const reason = message || code || String(error);
  if (code === 'EADDRINUSE') return `${name}: the port is taken (${reason}); set ${name.toUpperCase()}_PORT to another`;
  if (isConnectionLost(error)) {
    return `${name}: Postgres cannot be reached (${reason || code}); start it, or set DATABASE_URL to one that runs`;
  }
  return `${name}: could not start: ${reason}`;
}

/**
 * The entry point of a process that runs subgraphs: reads the command line and the environment, starts them in order,
 * tells a supervisor when they answer, and stops them on SIGINT, SIGTERM or when the supervisor is gone.
 * @param definitions identity first, when it is among them: the others are told its address
 */
export async function runSubgraphs(definitions: readonly SubgraphDefinition[]): Promise<void> {
  const names = definitions.map((definition) => definition.name).join(', ');
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help) {
      const help = [ENVIRONMENT_HELP, ...definitions.flatMap(({ settings }) => settings?.help ?? [])].join('\n');
      console.log(`Runs ${names}. Migrates first, then answers POST /graphql and GET /health.\n\n${help}`);
      return;
    }
  } catch (error) {
    console.error(`customer360: ${(error as Error).message}; everything is set by environment variables, see --help`);
    process.exitCode = 2;
    return;
  }

  const level = process.env.LOG_LEVEL || 'info';
  if (!LOG_LEVELS.includes(level)) {
    console.error(`customer360: LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, not "${level}"`);
    process.exitCode = 2;
    return;
  }
  const logger = pino({ level, base: null, serializers: { err: describeError } });
  const running: RunningSubgraph[] = [];
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    Promise.all(running.map((subgraph) => subgraph.stop())).then(
      () => process.exit(),
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  // Ctrl-C in a terminal goes to every process of the group; under a supervisor the order to stop is the supervisor's.
  process.on('SIGINT', process.send ? () => undefined : stop);
  // The supervisor was killed: its next start wants the ports, so nothing is drained.
  process.on('disconnect', () => process.exit(1));

  const urls: Record<string, string> = {};
  for (const definition of definitions) {
    try {
      const environment = { IDENTITY_URL: urls.identity, ...process.env };
      const config = readConfig(definition, environment, definitions.length === 1);
      // identity asks marketing, which starts after it.
      const marketingUrl = process.env.MARKETING_URL || (() => urls.marketing ?? config.marketingUrl);
      const subgraph = await startSubgraph(definition, { ...config, marketingUrl }, logger);
      running.push(subgraph);
      urls[definition.name] = subgraph.url;
    } catch (error) {
      console.error(`customer360: ${describe(definition.name, error)}`);
      process.exitCode = 1;
      stop();
      return;
    }
  }
  const ready: ReadyMessage = { type: 'ready', urls };
  process.send?.(ready);
}
