import { type ChildProcess, execFileSync, spawn, type SpawnOptions } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_SIGNING_KEY } from './asGateway.js';
import { processIdentity } from '../../scripts/start/processIdentity.js';
import type { ProcessEnd } from '../../scripts/start/processEnd.js';

const STAND_IN = join(process.cwd(), 'test/support/startStandIn.mjs');

/** A command that runs, with all that it has printed so far. */
export interface RunningCommand {
  pid: number;
  output(): string;
  errors(): string;
  /** Resolves with the first match in what it prints; rejects when it ends without one. */
  prints(pattern: RegExp): Promise<RegExpMatchArray>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended and its pipes are closed. */
  ended: Promise<ProcessEnd>;
}

/** Runs `npm start` over stand-ins (see startStandIn.mjs) on any free port. */
export function runStart(args: string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  return run(process.execPath, [STAND_IN, '--port', '0', ...args], { env: { ...plainEnvironment(), ...env } });
}

/** Runs a command. */
export function run(command: string, args: string[], options: SpawnOptions): RunningCommand {
  const child: ChildProcess = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    for (const look of waiting) look();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    errors: () => errors,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (!match) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`it never printed ${pattern}; it printed: ${output}${errors}`)));
      }),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}

/** The environment of this test run without what `npm start` reads, and with the signing key of tests. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of ['PORT', 'HOST', 'DATA', 'CUSTOMERS', 'DATABASE_URL']) delete env[name];
  for (const name of Object.keys(env)) if (name.startsWith('npm_')) delete env[name];
  return { ...env, SIGNING_KEY: TEST_SIGNING_KEY };
}

/** A process, and text that tells it from a later one with the same id. */
export interface KnownProcess {
  pid: number;
  command: string;
  identity: string | null;
}

/** The process and all that descend from it. */
export function familyOf(pid: number): KnownProcess[] {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, own, parent, command]) => ({ pid: Number(own), parent: Number(parent), command: command ?? '' }));
  const family = all.filter((one) => one.pid === pid);
  for (const member of family) family.push(...all.filter((one) => one.parent === member.pid));
  return family.map((one) => ({ pid: one.pid, command: one.command, identity: processIdentity(one.pid) }));
}

/** Those of the processes that still run. */
export function stillRunning(processes: KnownProcess[]): KnownProcess[] {
  return processes.filter(({ pid, identity }) => identity !== null && processIdentity(pid) === identity);
}

/** An empty folder that every account may enter; `remove` takes it away again. */
export function openFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'customer360-start-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
