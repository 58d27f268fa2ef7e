import { parseArgs } from 'node:util';
import { CONTRACT } from '../../subgraphs/kit/contract/contract.js';
import type { ContractSubject } from '../../subgraphs/kit/contract/ContractSubject.js';

const HELP = `Looks whether a running subgraph, of any language, keeps what every subgraph owes.

Usage: SIGNING_KEY=… npm run contract -- URL --name NAME

  URL           its GraphQL address, such as http://localhost:4010/graphql
  --name NAME   its name in the supergraph: signatures are made for it
  --help        this text

It asks reading questions only, and ends with 1 when something is not kept. How many reads a question costs cannot be seen from outside: the
kit's tests count them.`;

/** @throws Error for what cannot be looked at */
function readSubject(): ContractSubject | 'help' {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return 'help';
  const [url] = positionals;
  const signingKey = process.env['SIGNING_KEY'] ?? '';
  if (url === undefined || values.name === undefined || positionals.length !== 1) {
    throw new Error('give an address and a name: npm run contract -- http://localhost:4010/graphql --name stamps');
  }
  if (!URL.canParse(url)) throw new Error(`"${url}" is no address; write http://localhost:4010/graphql`);
  if (signingKey === '') throw new Error('set SIGNING_KEY to the key that the subgraph checks with');
  return { name: values.name, url, signingKey };
}

/** @returns whether all is kept */
async function check(subject: ContractSubject): Promise<boolean> {
  let failed = 0;
  for (const [sentence, look] of Object.entries(CONTRACT)) {
    const wrong = await look(subject).catch((error: unknown) => [
      error instanceof Error ? error.message : String(error),
    ]);
    if (wrong === null) {
      console.log(`- ${sentence}: cannot be seen from outside`);
      continue;
    }
    console.log(`${wrong.length === 0 ? '✓' : '✗'} ${sentence}`);
    for (const line of wrong) console.log(`    ${line}`);
    if (wrong.length > 0) failed += 1;
  }
  console.log(failed === 0 ? 'the contract is kept' : `${failed} of ${Object.keys(CONTRACT).length} are not kept`);
  return failed === 0;
}

try {
  const subject = readSubject();
  if (subject === 'help') console.log(HELP);
  else if (!(await check(subject))) process.exitCode = 1;
} catch (error) {
  console.error(`contract: ${(error as Error).message}`);
  process.exitCode = 2;
}
