import { type ChildProcess, type StdioOptions, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { GraphQLFormattedError } from 'graphql';
import { pino } from 'pino';
import { readyMessage } from '../../schema/contract.js';
import type { Config } from '../../gateway/config.js';
import { DEFAULT_LIMITS, type Limits } from '../../gateway/limits/limits.js';
import { type Gateway, createGateway } from '../../gateway/server.js';
import { ownClock } from './ownClock.js';

const MAIN = resolve('dist/gateway/main.js');

export interface TestGateway extends Gateway {
  /** Every line that it logged, parsed. */
  readonly log: Record<string, unknown>[];
  /** Resolves with the next line from now on that has this message. */
  nextLine(message: string): Promise<Record<string, unknown>>;
}

/** Starts a gateway in this process, on a free port, with its log in memory. */
export async function startGateway(
  supergraph: string,
  options: {
    limits?: Partial<Limits>;
    /** Gets each line of the log as well. */
    onLine?: (line: string) => void;
  } & Partial<Omit<Config, 'limits'>> = {},
): Promise<TestGateway> {
  const { onLine, limits, ...configured } = options;
  const log: Record<string, unknown>[] = [];
  const waiting: { message: string; heard: (line: Record<string, unknown>) => void }[] = [];
  const write = (text: string): void => {
    onLine?.(text);
    const line: Record<string, unknown> = JSON.parse(text);
    log.push(line);
    const index = waiting.findIndex(({ message }) => message === line['msg']);
    if (index !== -1) waiting.splice(index, 1)[0]?.heard(line);
  };
  const logger = pino({ level: 'trace' }, { write });
  const gateway = await createGateway(
    {
      supergraph,
      historyFolder: undefined,
      port: 0,
      host: '127.0.0.1',
      console: true,
      auth: { kind: 'off' },
      signingKey: undefined,
      developmentTokens: [],
      deniedFields: 'error',
      introspectionHidesDenied: false,
      logLevel: 'debug',
      subgraphUrls: {},
      shareIdenticalQueries: false,
      shareSubscriptions: true,
      safelist: { mode: 'off', folder: '' },
      introspection: true,
      corsOrigins: [],
      trustedProxies: 0,
      drainDelayMs: 0,
      usageFolder: undefined,
      metrics: undefined,
      tracing: undefined,
      ...configured,
      // Here the gateway's event loop is also that of the test and of its subgraphs.
      limits: { ...DEFAULT_LIMITS, shedLoad: false, ...limits },
    },
    logger,
  );
  return {
    ...gateway,
    log,
    nextLine: (message) => new Promise((heard) => waiting.push({ message, heard })),
  };
}

export interface GatewayProcess {
  readonly child: ChildProcess;
  /** Standard output and standard error so far. */
  output(): string;
  /** Resolves with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
}

/**
 * Runs the compiled gateway as a process of its own: forked with a channel as by the supervisor, or on its own as by npm. Without access
 * control, unless `args` say otherwise.
 */
export function runGateway(
  given: readonly string[],
  options: { supervised?: boolean; env?: Record<string, string> } = {},
): GatewayProcess {
  const args = given.includes('--auth') ? given : ['--auth', 'off', ...given];
  const env = { PATH: process.env['PATH'] ?? '', ...ownClock(), ...options.env };
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  const child = options.supervised
    ? fork(MAIN, [...args], { env, stdio: [...stdio, 'ipc'], execArgv: [] })
    : spawn(process.execPath, [MAIN, ...args], { env, stdio });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // After its channel was disconnected, a forked child that ends has an `exit` but no `close`.
  const exited = once(child, options.supervised ? 'exit' : 'close').then(
    ([code, signal]: (number | string)[]) => code ?? signal ?? 'unknown',
  );
  return { child, output: () => output, exited };
}

/** The GraphQL address of a supervised gateway, once it says that it is ready. Fails when it ends before. */
export async function untilReady(gateway: GatewayProcess): Promise<string> {
  const ended = gateway.exited.then((code) => {
    throw new Error(`the gateway ended with ${code}: ${gateway.output()}`);
  });
  const [message] = await Promise.race([once(gateway.child, 'message'), ended]);
  return readyMessage.parse(message).urls['gateway'] ?? '';
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: unknown;
  readonly errors?: GraphQLFormattedError[];
}

/** Posts an operation as an application would. */
export async function ask(
  url: string,
  query: string,
  options: { variables?: Record<string, unknown>; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...options.headers },
    body: JSON.stringify({ query, variables: options.variables }),
    signal: options.signal ?? null,
  });
  const body: Pick<Answer, 'data' | 'errors'> = JSON.parse(await response.text());
  return { status: response.status, headers: response.headers, ...body };
}
