import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,49}$/, 'must be lower case letters, digits and dashes, beginning with a letter');

const registry = z.strictObject({
  subgraphs: z
    .array(
      z.strictObject({
        name,
        /** The team to talk to. */
        owner: z.string().min(1, 'must name a team'),
        /** Where the gateway finds it, unless the environment says otherwise. */
        url: z.url('must be an http address'),
        /** Path of its SDL, from the folder of the list. */
        schema: z.string().min(1),
        /** Where it wants events sent, when it reads them not from the bus. */
        webhook: z
          .strictObject({
            url: z.url('must be an http address'),
            events: z
              .array(
                z.string().regex(/^[a-z0-9.-]+\.v\d+$/, 'must be types with a version: customer360.customer.erased.v2'),
              )
              .min(1, 'must name a type of event'),
          })
          .optional(),
      }),
    )
    .min(1, 'must name a subgraph'),
  /** Types that several subgraphs have a part in, with the subgraph that owns each, or `kit`. */
  shared: z.record(z.string(), z.string()).default({}),
  exceptions: z
    .array(
      z.strictObject({
        /** The rule, by the name that its messages begin with. */
        rule: z.string().min(1),
        /** What it is about: `Type`, `Type.field` or `Type.field.argument`. */
        at: z.string().min(1),
        why: z.string().min(10, 'must say why, in a sentence'),
      }),
    )
    .default([]),
});

/** The list of subgraphs, with who answers for what; see subgraphs.yaml. */
export type Registry = z.infer<typeof registry>;

/** The committed list. */
export const REGISTRY_FILE = 'subgraphs.yaml';
/** Where the composed graph is committed. */
export const SUPERGRAPH_FILE = 'schema/supergraph.graphql';

/**
 * Reads the list of subgraphs.
 *
 * @throws Error that names each problem by its place in the file
 */
export async function readRegistry(file: string = REGISTRY_FILE): Promise<Registry> {
  const parsed = registry.safeParse(parse(await readFile(file, 'utf8')));
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map(({ path, message }) => `${file}: ${path.join('.')} ${message}`).join('\n'));
  }
  const names = parsed.data.subgraphs.map((subgraph) => subgraph.name);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) throw new Error(`${file}: there are two subgraphs "${twice}"; give one another name`);
  return parsed.data;
}

/** The path of a subgraph's SDL. */
export function schemaPath(file: string, subgraph: Registry['subgraphs'][number]): string {
  return join(dirname(file), subgraph.schema);
}
