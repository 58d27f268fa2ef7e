import { readFileSync } from 'node:fs';
import { ImportError } from './ImportError.js';
import { type Mapping, parseMapping } from './mapping.js';

/** A mapping, and the text that says it. */
export interface MappingFile {
  readonly text: string;
  readonly mapping: Mapping;
}

/**
 * Reads a mapping's file, without a look at the entities that it names.
 * @throws ImportError with a line for every problem
 */
export function readMapping(path: string): MappingFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ImportError(`the mapping ${path} cannot be read: ${(error as Error).message}`);
  }
  return { text, mapping: parseMapping(text, path) };
}
