import { startHive } from '../peers/startHive.js';
import { startProcess, type BenchProcess } from '../startProcess.js';
import { UNLIMITED } from '../unlimited.js';

/** A gateway to measure. */
export interface BenchGateway {
  readonly title: string;
  /** Whether it comes from bench/package.json. */
  readonly installed: boolean;
  start(supergraphFile: string, core: number): Promise<BenchProcess>;
}

/** As `npm run start:gateway` starts it. */
export const GATEWAY_NODE_ARGS = ['--max-semi-space-size=64'];

/** The gateways by name, the reference first: what it answers, all must answer. */
export const gateways: Readonly<Record<string, BenchGateway>> = {
  stock: {
    title: '@apollo/gateway, stock',
    installed: false,
    start: (file, core) => startProcess('bench/peers/stock/main.js', [file], {}, core),
  },
  hive: {
    title: 'Hive Gateway, JIT',
    installed: true,
    start: (file, core) => startHive('stitching', file, core),
  },
  'hive-rust': {
    title: 'Hive Gateway, Rust planner',
    installed: true,
    start: (file, core) => startHive('router', file, core),
  },
  ours: {
    title: 'Customer360',
    installed: false,
    start: (file, core) =>
      startProcess(
        'gateway/main.js',
        ['--supergraph', file, '--port', '0', '--auth', 'off', ...UNLIMITED],
        {},
        core,
        GATEWAY_NODE_ARGS,
      ),
  },
};
