import { join, relative } from 'node:path';
import { identity } from '../../subgraphs/identity/subgraph.js';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { againAfterCollision } from '../../subgraphs/kit/sql/againAfterCollision.js';
import { createDataSource } from '../../subgraphs/kit/sql/createDataSource.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { importId } from './Checkpoint.js';
import { compileMapping, type FilePlan } from './compileMapping.js';
import type { ImportConfig } from './config.js';
import { Databases, unreachable } from './Databases.js';
import { ImportError } from './ImportError.js';
import { type FileSummary, importFiles } from './importFiles.js';
import { openLocalDatabase } from '../../scripts/start/openLocalDatabase.js';
import type { ProgressStep } from './progress.js';
import type { MappingFile } from './readMapping.js';
import { RejectedRows } from './RejectedRows.js';
import { RejectsFile } from './RejectsFile.js';
import { SourceFile } from './SourceFile.js';
import { foldLine, summaryLine, totalOf } from './summaryLine.js';
import { importTargets } from './targets/all.js';

/** Where an import says how it goes. */
export interface ImportOutput {
  /** A line of the result. */
  readonly print: (line: string) => void;
  /** What is going on now. */
  readonly progress: (step: ProgressStep) => void;
}

/**
 * The whole of `npm run import` once its mapping is read: checks it and the files, finds and migrates the databases, writes the rows.
 * @returns what became of all rows
 * @throws ImportError or StartError before anything is written; the signal's reason when it was aborted
 */
export async function runImport(
  { text, mapping }: MappingFile,
  config: ImportConfig,
  output: ImportOutput,
  signal: AbortSignal,
): Promise<FileSummary> {
  const plans = await compileMapping(mapping, importTargets, config.mapping);
  checkDemoLinks(plans, config);
  const files = await openFiles(plans, config, output);
  const id = await checkpointId(text, plans, config);
  signal.throwIfAborted();

  const subgraphs = subgraphsOf(plans);
  const isLocal = config.databaseUrl === undefined && subgraphs.some(({ name }) => !config.subgraphUrls[name]);
  const local = isLocal ? await openLocalDatabase(config.databaseFolder, output.print, signal) : undefined;
  try {
    const shared = config.databaseUrl ?? local?.url ?? '';
    const urls = Object.fromEntries(subgraphs.map(({ name }) => [name, config.subgraphUrls[name] ?? shared]));
    await migrateAll(subgraphs, urls);
    const databases = await Databases.connect(urls, config.dryRun);
    try {
      const total = await write(files, databases, id, config, output, signal);
      if (!config.dryRun) await deriveAnew(subgraphs, urls);
      return total;
    } finally {
      await databases.close();
    }
  } finally {
    await local?.close();
  }
}

/** Null for what is never gone on with: a dry run writes nothing, and mended rejects are few. */
async function checkpointId(
  mapping: string,
  plans: readonly FilePlan[],
  { data, limit, demoLinks, dryRun, rejectsFrom }: ImportConfig,
): Promise<string | null> {
  if (dryRun || rejectsFrom !== undefined) return null;
  const read = plans.flatMap(({ spec }) => [
    ...(spec.rows === undefined ? [spec.file] : []),
    ...spec.join.map(({ file }) => file),
  ]);
  return importId({ mapping, paths: read.map((file) => join(data, file)), options: { limit, demoLinks } });
}

async function openFiles(
  plans: readonly FilePlan[],
  { data, limit, rejectsFrom }: ImportConfig,
  output: ImportOutput,
): Promise<SourceFile[]> {
  const rejected = rejectsFrom === undefined ? undefined : await RejectedRows.open(rejectsFrom);
  const unknown = rejected?.files.filter((file) => !plans.some(({ spec }) => spec.file === file)) ?? [];
  if (unknown.length > 0) {
    throw new ImportError(`${rejectsFrom} has rows of ${unknown.join(', ')}, which the mapping does not name`);
  }
  return SourceFile.openAll(data, plans, {
    limit,
    rejected,
    progress: (file, done, total) => output.progress({ file, what: 'checked', done, total }),
  });
}

/** Customers that rows are given to for demonstration must be meant by whoever runs the import, not only by the mapping. */
function checkDemoLinks(plans: readonly FilePlan[], { mapping, demoLinks }: ImportConfig): void {
  if (demoLinks) return;
  const files = plans.filter(({ links }) => links.some(({ type }) => type === 'demo'));
  if (files.length === 0) return;
  throw new ImportError(
    files
      .map(
        ({ name }) =>
          `${mapping}: files.${name} gives its rows to customers who have nothing to do with them; ` +
          'if that is meant, for a demonstration, say so: --demo-links',
      )
      .join('\n'),
  );
}

function subgraphsOf(plans: readonly FilePlan[]): SubgraphDefinition[] {
  const written = plans.flatMap(({ targets }) => targets.map(({ target }) => target.subgraph));
  const asked = plans.some(({ links }) => links.length > 0) ? [identity] : [];
  return [...new Set([...written, ...asked])];
}

async function migrateAll(
  subgraphs: readonly SubgraphDefinition[],
  urls: Readonly<Record<string, string>>,
): Promise<void> {
  for (const subgraph of subgraphs) {
    const url = urls[subgraph.name] ?? '';
    await migrateSubgraph(subgraph, url).catch((error: unknown) => {
      throw unreachable(subgraph.name, url, error);
    });
  }
}

/** What follows from rows that came in beside the mutations, such as who is in a segment. Also where all was there: an import that was killed did not come so far. */
async function deriveAnew(
  subgraphs: readonly SubgraphDefinition[],
  urls: Readonly<Record<string, string>>,
): Promise<void> {
  for (const subgraph of subgraphs) {
    const { afterImport, name } = subgraph;
    if (afterImport === undefined) continue;
    const dataSource = await createDataSource(subgraph, { url: urls[name] ?? '', poolSize: 1 }).initialize();
    try {
      await againAfterCollision(() => dataSource.transaction((manager) => afterImport(manager)));
    } finally {
      await dataSource.destroy();
    }
  }
}

async function write(
  files: readonly SourceFile[],
  databases: Databases,
  id: string | null,
  config: ImportConfig,
  output: ImportOutput,
  signal: AbortSignal,
): Promise<FileSummary> {
  const columns = files.flatMap(({ header }) => header);
  const rejects = RejectsFile.replace(config.rejects, columns, config.rejectsFrom);
  let isThrough = false;
  try {
    const summaries = await importFiles({
      files,
      databases,
      rejects,
      id,
      signal,
      resumed: ({ file, read }, { at }) =>
        output.print(`${file}: ${read} rows were dealt with by an import that was broken off at ${at.toISOString()}`),
      progress: ({ file, read }, total) => output.progress({ file, what: 'imported', done: read, total }),
      finished: (summary, { fold }) => {
        if (fold !== null) output.print(foldLine(summary));
        output.print(summaryLine(summary));
      },
    });
    const total = totalOf(summaries);
    output.print(summaryLine(total));
    if (config.dryRun) output.print('dry run: nothing was written; the numbers are what an import would do');
    // A dry run leaves the rejects file that it reads as it is: what it holds is not in yet.
    isThrough = !config.dryRun;
    return total;
  } finally {
    await rejects.close(isThrough);
  }
}

/** What to do about rejected rows, in a line. */
export function rejectsLine(rejected: number, path: string): string {
  const rows = rejected === 1 ? '1 row was' : `${rejected} rows were`;
  const shown = relative('', path) || path;
  return `${rows} rejected: see ${shown} for the reason of each, mend it there and import it: --rejects-from ${shown}`;
}
