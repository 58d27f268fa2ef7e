import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { type DocumentNode, type GraphQLSchema, Kind, parse, separateOperations } from 'graphql';
import { type JudgedChange, type KnownOperation, type Severity, brokenOperations, judgeChanges } from './changes.js';
import { emitSchema, outdated, readOperationFiles } from './emitSchema.js';
import { knownOperations, readUsage } from './readUsage.js';
import { SUPERGRAPH_FILE } from './registry.js';

export interface CheckOptions {
  /** What is compared with: a revision of git, or the path of a supergraph file. */
  readonly against: string;
  /** The folder in which gateways record what was asked. */
  readonly usage: string;
  /** How many days of that count. */
  readonly days: number;
  /** Told a line at a time. */
  readonly print: (line: string) => void;
}

const HEADINGS: Readonly<Record<Severity, string>> = {
  refused: 'Breaking, and in use:',
  unused: 'Breaking, but nobody is known to use it; allowed:',
  dangerous: 'Dangerous: it fits the schema and may surprise a client:',
  safe: 'Safe:',
};

/**
 * What must hold before a change of the schema lands: it composes, keeps the rules of the house, is committed as the code has it, and takes
 * nothing away that a known client asks for. Every difference is named.
 *
 * @returns whether it may land
 */
export async function checkChange({ against, usage, days, print }: CheckOptions): Promise<boolean> {
  const emitted = await emitSchema();
  const stale = await outdated(emitted.files);
  const problems = [
    ...emitted.problems,
    ...stale.map((path) => `files: ${path} differs from the code; run \`npm run schema\` and commit it`),
  ];
  const before = apiSchemaOf(await readSupergraph(against));
  const recorded = knownOperations(await readUsage(usage, days));
  const operations = [...(await operationsOfFiles()), ...recorded];
  const changes = await judgeChanges(before, emitted.apiSchema, operations);
  const broken = brokenOperations(before, emitted.apiSchema, operations);

  print(
    `compared with ${against}: ${changes.length === 0 ? 'clients see no difference' : `${changes.length} changes`}`,
  );
  for (const severity of ['refused', 'unused', 'dangerous', 'safe'] as const) {
    printChanges(
      HEADINGS[severity],
      changes.filter((change) => change.severity === severity),
      print,
    );
  }
  for (const { users, reasons } of broken) {
    print('This would be answered no more:');
    for (const user of users) print(`  ${user}`);
    for (const reason of reasons) print(`    ${reason}`);
  }
  for (const problem of problems) print(`schema: ${problem}`);
  print(
    `${operations.length} known operations were checked, ${recorded.length} of them recorded in the last ${days} days.`,
  );

  const refused = changes.some(({ severity }) => severity === 'refused') || broken.length > 0;
  if (refused) {
    print(
      'Refused: add the new beside the old, mark the old @deprecated with what takes its place, and take it out once `npm run schema:usage` shows that nobody asks for it.',
    );
  }
  return !refused && problems.length === 0;
}

function printChanges(heading: string, changes: readonly JudgedChange[], print: CheckOptions['print']): void {
  if (changes.length === 0) return;
  print(heading);
  for (const { message, reason, users } of changes) {
    print(`  ${message}${reason === undefined ? '' : ` (${reason})`}`);
    for (const user of users) print(`    used by ${user}`);
  }
}

/** What clients see of a supergraph. */
export function apiSchemaOf(supergraphSdl: string): GraphQLSchema {
  return Supergraph.build(supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
    .apiSchema()
    .toGraphQLJSSchema();
}

async function readSupergraph(against: string): Promise<string> {
  if (against.endsWith('.graphql')) return readFile(against, 'utf8');
  try {
    const arguments_ = ['show', `${against}:${SUPERGRAPH_FILE}`];
    const { stdout } = await promisify(execFile)('git', arguments_, { maxBuffer: 256 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').slice(1).join(' ').trim() : String(error);
    throw new Error(
      `${SUPERGRAPH_FILE} of ${against} cannot be read: ${reason}. Name a revision that has it, or a file, with --against.`,
      { cause: error },
    );
  }
}

/** Each operation of schema/operations by itself, with the fragments that it needs. */
async function operationsOfFiles(): Promise<KnownOperation[]> {
  const files = await readOperationFiles();
  return [...files].flatMap(([path, text]) =>
    Object.values(separateOperations(parse(text))).map((document) => ({
      document,
      users: [`${path}${nameOf(document)}`],
    })),
  );
}

function nameOf(document: DocumentNode): string {
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operation && 'name' in operation && operation.name ? ` (${operation.name.value})` : '';
}
