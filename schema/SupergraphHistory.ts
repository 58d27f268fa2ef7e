import { createHash, randomUUID } from 'node:crypto';
import { appendFile, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const DIGEST = /^[0-9a-f]{64}$/;

const entry = z.object({ digest: z.string().regex(DIGEST), at: z.iso.datetime() });

/** That a version began to serve. */
export interface HistoryEntry {
  /** SHA-256 of the supergraph's text, in hexadecimal. */
  readonly digest: string;
  /** When; RFC 3339 in UTC. */
  readonly at: string;
}

/** How many versions are kept. */
const KEPT = 20;

/**
 * The supergraphs that served, in a folder: `served.ndjson` says when each began, `DIGEST.graphql` holds its text, and `pinned` the digest of the
 * one that is to serve whatever the supergraph file says. Gateways write the first two; `npm run schema:rollback` writes the third, which gateways
 * follow. Gateways may share a folder. Every file is written in one step, so a crash leaves the old one or the new one.
 */
export class SupergraphHistory {
  /** @param folder made when it is not there */
  constructor(readonly folder: string) {}

  /** The path of the file that says which version is pinned. */
  get pinFile(): string {
    return join(this.folder, 'pinned');
  }

  /** Notes that a text serves from now on. The oldest are dropped beyond twenty. */
  async keep(sdl: string, at: Date = new Date()): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const digest = digestOf(sdl);
    await this.#replace(`${digest}.graphql`, sdl);
    const entries = await this.list();
    if (entries[0]?.digest === digest) return;
    await appendFile(join(this.folder, 'served.ndjson'), `${JSON.stringify({ digest, at: at.toISOString() })}\n`);
    await this.#dropOld([{ digest, at: at.toISOString() }, ...entries]);
  }

  /** When versions began to serve, the latest first; the same one may come more than once. */
  async list(): Promise<HistoryEntry[]> {
    const text = await readIfThere(join(this.folder, 'served.ndjson'));
    const entries = (text ?? '').split('\n').flatMap((line) => {
      if (line === '') return [];
      // A line that a crash cut short says nothing.
      const { data } = entry.safeParse(parseJson(line));
      return data ? [data] : [];
    });
    return entries.toReversed();
  }

  /**
   * The text of a version.
   *
   * @param digest the whole of it, or a beginning that only one version has
   * @throws Error when there is none, or several
   */
  async read(digest: string): Promise<{ digest: string; sdl: string }> {
    const files = await readdir(this.folder).catch(() => []);
    const found = files.filter((name) => name.startsWith(digest) && name.endsWith('.graphql'));
    const [file] = found;
    if (digest === '' || file === undefined || found.length > 1) {
      throw new Error(
        `${this.folder} has ${found.length === 0 ? 'no version' : 'several versions'} ${digest}; --list lists them`,
      );
    }
    const sdl = await readFile(join(this.folder, file), 'utf8');
    if (digestOf(sdl) !== file.replace('.graphql', ''))
      throw new Error(`${join(this.folder, file)} was changed; its name is the digest of another text`);
    return { digest: digestOf(sdl), sdl };
  }

  /** The text that served last; null when nothing has served yet. */
  async latest(): Promise<string | null> {
    const [last] = await this.list();
    return last ? (await this.read(last.digest)).sdl : null;
  }

  /** The digest of the version that is pinned; null when none is. */
  async pinned(): Promise<string | null> {
    const digest = (await readIfThere(this.pinFile))?.trim() ?? '';
    return DIGEST.test(digest) ? digest : null;
  }

  /** Lets a version serve whatever the supergraph file says. @throws Error when it is not there */
  async pin(digest: string): Promise<void> {
    const whole = await this.read(digest);
    await this.#replace('pinned', `${whole.digest}\n`);
  }

  /** Lets gateways follow the supergraph file again. */
  async release(): Promise<void> {
    await rm(this.pinFile, { force: true });
  }

  async #replace(name: string, text: string): Promise<void> {
    // Gateways that share the folder may write the same file at the same moment.
    const beside = join(this.folder, `.${name}.${randomUUID()}`);
    const handle = await open(beside, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, join(this.folder, name));
  }

  async #dropOld(entries: readonly HistoryEntry[]): Promise<void> {
    const digests = [...new Set(entries.map(({ digest }) => digest))];
    const pinned = await this.pinned();
    const old = digests.slice(KEPT).filter((digest) => digest !== pinned);
    if (old.length === 0) return;
    for (const digest of old) await rm(join(this.folder, `${digest}.graphql`), { force: true });
    const kept = entries.filter(({ digest }) => !old.includes(digest)).toReversed();
    await this.#replace('served.ndjson', kept.map((one) => `${JSON.stringify(one)}\n`).join(''));
  }
}

/** SHA-256 in hexadecimal, as `sha256sum` prints it. */
export function digestOf(sdl: string): string {
  return createHash('sha256').update(sdl).digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // ENOTDIR: a file is where the folder would be; that is told when something is to be kept there.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
