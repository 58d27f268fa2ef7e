import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';
import { HOSTILE_KINDS } from './hostileKinds.js';

const HELP = `npm run fuzz -- [options]

  --count N      of each kind                      (10000)
  --kind NAMES   of the kinds below, with commas   (all)
  --seed N       where chance begins               (7360)

It starts a gateway as in production over three subgraphs, on this machine alone, and sends it hostile things of these kinds:

${HOSTILE_KINDS.map(({ name, what }) => `  ${name.padEnd(18)} ${what}`).join('\n')}

It prints how many it sent, what came of them, and the longest turn of the gateway's event loop in CPU time. It ends with 1 when a turn took
more than 200 ms, an answer was wrong, something stayed open, memory grew, or the gateway does not answer any more. Linux only (/proc).`;

function refuse(problem: string): never {
  console.error(`fuzz: ${problem}. See --help.`);
  process.exit(2);
}

function wholeNumber(option: string, text: string): number {
  return /^[1-9]\d{0,8}$/.test(text)
    ? Number(text)
    : refuse(`--${option} must be a whole number above 0, not "${text}"`);
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    kind: { type: 'string' },
    seed: { type: 'string', default: '7360' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(HELP);
} else {
  const names = values.kind?.split(',') ?? HOSTILE_KINDS.map(({ name }) => name);
  const kinds = names.map(
    (wanted) => HOSTILE_KINDS.find(({ name }) => name === wanted) ?? refuse(`there is no kind "${wanted}"`),
  );
  const problems = await fuzz({
    kinds,
    count: wholeNumber('count', values.count),
    seed: wholeNumber('seed', values.seed),
  });
  console.log(
    problems.length === 0 ? '\nAll is well.' : `\nNot well:\n${problems.map((line) => `- ${line}`).join('\n')}`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
