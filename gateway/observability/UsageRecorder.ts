import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DocumentNode, Kind, getOperationAST, print, separateOperations, visit } from 'graphql';
import type { Logger } from 'pino';
import type { OperationUsage } from '../../schema/contract.js';
import type { ClientApplication } from '../http/clientApplication.js';

export interface UsageRecorderOptions {
  /** Where the files go; made when it is missing. */
  readonly folder: string;
  readonly logger: Logger;
  /** How often what was counted is written, in milliseconds; a minute by default. A gateway that is killed loses no more than that. */
  readonly flushMs?: number;
  /** How many rows (operations by version of a client) are counted a day; what comes beyond is told of and left out. */
  readonly maxRows?: number;
  /** How many days the files are kept. */
  readonly keepDays?: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const FILE = /^(\d{4}-\d{2}-\d{2})\..+\.ndjson$/;

/**
 * Counts who asks which operation, for `npm run schema:check` and `npm run schema:usage`: a file for each day (UTC) and gateway, with a row
 * for each operation of each version of a client. Values that were written into an operation are taken out, so a file holds no
 * personal data.
 */
export class UsageRecorder {
  readonly #options: Required<UsageRecorderOptions>;
  readonly #rows = new Map<string, { -readonly [K in keyof OperationUsage]: OperationUsage[K] }>();
  /** Documents are kept by whoever parsed them, so most operations are found without being written out. */
  readonly #texts = new WeakMap<DocumentNode, Map<string | undefined, { id: string; document: string }>>();
  readonly #instance = `${process.pid}-${Date.now().toString(36)}`;
  #day = new Date().toISOString().slice(0, 10);
  #isChanged = false;
  #isFull = false;
  #writing: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  constructor(options: UsageRecorderOptions) {
    this.#options = { flushMs: 60_000, maxRows: 2_000, keepDays: 90, ...options };
    this.#timer = setInterval(() => void this.flush(), this.#options.flushMs).unref();
  }

  /** Counts one operation. @param document valid by the schema that serves */
  note(document: DocumentNode, operationName: string | undefined, client: ClientApplication): void {
    const now = new Date().toISOString();
    if (!now.startsWith(this.#day)) this.#turnDay(now.slice(0, 10));
    const { id, document: text } = this.#textOf(document, operationName);
    const key = `${id} ${client.version} ${client.name}`;
    const row = this.#rows.get(key);
    this.#isChanged = true;
    if (row) {
      row.count += 1;
      row.lastSeen = now;
    } else if (this.#rows.size < this.#options.maxRows) {
      const name = getOperationAST(document, operationName)?.name?.value ?? null;
      const { name: clientName, version } = client;
      this.#rows.set(key, {
        id,
        operationName: name,
        document: text,
        client: { name: clientName, version },
        count: 1,
        firstSeen: now,
        lastSeen: now,
      });
    } else if (!this.#isFull) {
      this.#isFull = true;
      this.#options.logger.warn(
        { rows: this.#rows.size },
        'so many different operations were asked today that the use of new ones is not recorded',
      );
    }
  }

  /** Writes what was counted, whole or not at all. What cannot be written is logged, and tried again the next time. */
  flush(): Promise<void> {
    if (this.#isChanged) {
      this.#isChanged = false;
      const text = [...this.#rows.values()].map((row) => `${JSON.stringify(row)}\n`).join('');
      const file = join(this.#options.folder, `${this.#day}.${this.#instance}.ndjson`);
      this.#writing = this.#writing.then(() => this.#write(file, text));
    }
    return this.#writing;
  }

  /** Writes the last of it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #turnDay(day: string): void {
    void this.flush();
    this.#day = day;
    this.#rows.clear();
    this.#isFull = false;
  }

  async #write(file: string, text: string): Promise<void> {
    const { folder, logger } = this.#options;
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
      await this.#forget();
    } catch (err) {
      this.#isChanged = true;
      logger.error({ err, folder }, 'what was asked could not be recorded; it is tried again');
    }
  }

  async #forget(): Promise<void> {
    const { folder, keepDays, logger } = this.#options;
    const oldest = new Date(Date.now() - keepDays * DAY_MS).toISOString().slice(0, 10);
    const old = (await readdir(folder)).filter((name) => (FILE.exec(name)?.[1] ?? oldest) < oldest);
    for (const name of old) await rm(join(folder, name));
    if (old.length > 0) logger.info({ files: old.length, keepDays }, 'records of use were dropped, for their age');
  }

  #textOf(document: DocumentNode, operationName: string | undefined): { id: string; document: string } {
    let byName = this.#texts.get(document);
    if (!byName) this.#texts.set(document, (byName = new Map()));
    let known = byName.get(operationName);
    if (!known) {
      const name = getOperationAST(document, operationName)?.name?.value ?? '';
      const text = print(withoutValues(separateOperations(document)[name] ?? document));
      byName.set(operationName, (known = { id: createHash('sha256').update(text).digest('hex'), document: text }));
    }
    return known;
  }
}

/** What an operation says without the values that are written into it: it stays valid, and holds nothing of anybody. */
function withoutValues(document: DocumentNode): DocumentNode {
  return visit(document, {
    StringValue: (node) => ({ ...node, value: '', block: false }),
    IntValue: (node) => ({ ...node, value: '0' }),
    FloatValue: (node) => ({ ...node, value: '0' }),
    [Kind.LIST]: (node) => ({ ...node, values: node.values.slice(0, 1) }),
  });
}
