import { readFile } from 'node:fs/promises';

/** Reads the README's first query, and its answer. */
export async function readmeExample(): Promise<{ readonly query: string; readonly answer: unknown }> {
  const readme = await readFile('README.md', 'utf8');
  const fenced = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)?.[1] ?? '';
  return { query: fenced('graphql'), answer: JSON.parse(fenced('json')) };
}
