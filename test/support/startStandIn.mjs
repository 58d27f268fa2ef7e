/**
 * `npm start` over stand-ins of the three Node processes, so that its own behaviour can be tried, faults included. Usage:
 *
 *     node test/support/startStandIn.mjs [options of npm start]
 *
 * STAND_IN_FAULT names a fault, `process:fault`: see startStandInProcess.mjs. STAND_IN_RESTARTS is a `RestartPolicy` in JSON.
 */
import { fileURLToPath } from 'node:url';
import { startCommand } from '../../dist/scripts/start/startCommand.js';

const script = (name) => fileURLToPath(new URL(`startStandIn${name}.mjs`, import.meta.url));
const milliseconds = (text) => (text === undefined ? undefined : Number(text));

const code = await startCommand({
  args: process.argv.slice(2),
  env: process.env,
  scripts: {
    seed: script('Seed'),
    subgraphs: script('Subgraphs'),
    gateway: script('Gateway'),
    compiler: script('Seed'),
    subgraphAlone: () => script('Subgraphs'),
  },
  readyMs: milliseconds(process.env.STAND_IN_READY_MS),
  stopMs: milliseconds(process.env.STAND_IN_STOP_MS),
  restarts: process.env.STAND_IN_RESTARTS && JSON.parse(process.env.STAND_IN_RESTARTS),
});
process.exit(code);
