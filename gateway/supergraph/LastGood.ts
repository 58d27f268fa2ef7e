import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../errors/errorCode.js';

/** A copy of the last supergraph that could be served, for a start at which the file itself is broken or gone. */
export class LastGood {
  /** @param file the copy's path; its folder is made when it is not there */
  constructor(readonly file: string) {}

  /**
   * @returns the text, or null when none was kept yet
   * @throws when there is one and it cannot be read
   */
  async read(): Promise<string | null> {
    try {
      return await readFile(this.file, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /**
   * Takes the place of the copy in one step, so that a crash leaves either the old one or the new one.
   *
   * @throws when it cannot be written
   */
  async keep(sdl: string): Promise<void> {
    await mkdir(dirname(this.file), { recursive: true });
    // Gateways that share the copy may keep it at the same moment.
    const beside = `${this.file}.${randomUUID()}`;
    const handle = await open(beside, 'w');
    try {
      await handle.writeFile(sdl);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, this.file);
  }
}
