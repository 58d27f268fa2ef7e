import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'graphql';
import { type OperationUsage, operationUsage } from './contract.js';
import type { KnownOperation } from './changes.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** `2026-11-22.4711.ndjson`: the day in UTC, and which process wrote it. */
const FILE = /^(\d{4}-\d{2}-\d{2})\..+\.ndjson$/;

/** Where gateways write what was asked, unless they are told otherwise; beside the other data of the product. */
export const USAGE_FOLDER = '.data/usage';

/**
 * Reads what gateways recorded, one row for each operation of each version of a client, over all files of the last `days` days.
 *
 * @returns an empty list where there is no such folder: nothing was recorded
 * @throws Error that names file and line of what is no record
 */
export async function readUsage(folder: string, days: number, now: Date = new Date()): Promise<OperationUsage[]> {
  const oldest = new Date(now.getTime() - days * DAY_MS).toISOString().slice(0, 10);
  const rows = new Map<string, OperationUsage>();
  for (const file of await filesOf(folder)) {
    const day = FILE.exec(file)?.[1];
    if (day === undefined || day < oldest) continue;
    let line = 0;
    for await (const text of createInterface({ input: createReadStream(join(folder, file)), crlfDelay: Infinity })) {
      line += 1;
      if (text.trim() !== '') add(rows, readRow(text, `${join(folder, file)}:${line}`));
    }
  }
  return [...rows.values()].sort((one, other) => other.count - one.count);
}

/** The recorded operations, each once, with who asked for it. */
export function knownOperations(usage: readonly OperationUsage[]): KnownOperation[] {
  const byId = new Map<string, { document: string; users: string[] }>();
  for (const row of usage) {
    const known = byId.get(row.id) ?? { document: row.document, users: [] };
    known.users.push(describeUse(row));
    byId.set(row.id, known);
  }
  return [...byId.values()].map(({ document, users }) => ({ document: parse(document), users }));
}

/** `dashboard 2.1 asked Pipeline 4,310 times, last on 2026-11-20` */
export function describeUse({ client, operationName, count, lastSeen }: OperationUsage): string {
  const times = count === 1 ? 'once' : `${count.toLocaleString('en')} times`;
  return `${client.name} ${client.version} asked ${operationName ?? 'an operation without a name'} ${times}, last on ${lastSeen.slice(0, 10)}`;
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readRow(text: string, place: string): OperationUsage {
  try {
    return operationUsage.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${place} is no record of use: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function add(rows: Map<string, OperationUsage>, row: OperationUsage): void {
  const key = JSON.stringify([row.id, row.client]);
  const known = rows.get(key);
  rows.set(
    key,
    known
      ? {
          ...row,
          count: known.count + row.count,
          firstSeen: known.firstSeen < row.firstSeen ? known.firstSeen : row.firstSeen,
          lastSeen: known.lastSeen > row.lastSeen ? known.lastSeen : row.lastSeen,
        }
      : row,
  );
}
