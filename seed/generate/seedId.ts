import { v5 as uuid } from 'uuid';

const NAMESPACE = '6f1c1d0e-9d0b-5b0e-8a55-3a7f3f2f6a10';

/** The id of a seeded row: the same for the same seed and name, everywhere and always. */
export function seedId(seed: number, ...name: readonly (string | number)[]): string {
  return uuid(`${seed}/${name.join('/')}`, NAMESPACE);
}
