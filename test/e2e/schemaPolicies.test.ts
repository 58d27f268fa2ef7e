import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

async function policies(...options: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(process.cwd(), 'dist/schema/main.js'), 'policies', ...options]);
  return stdout;
}

describe('npm run schema -- policies', () => {
  test('prints the policies of fields in columns, those without one left out', async () => {
    const [name, head = '', ...lines] = (await policies('--subgraph', 'service')).trimEnd().split('\n');
    expect(name).toBe('service');
    expect(head.split(/ {2,}/)).toEqual(['FIELD', 'SCOPES', 'ARGUMENTS', 'MASK', 'AUDIT', 'CONSENT', 'WHOSE']);
    const message = lines.find((line) => line.startsWith('CaseMessage.body ')) ?? '';
    expect(message.split(/ {2,}/)).toEqual(['CaseMessage.body', 'customer:pii', 'read', 'what it was reached from']);
    expect(message.indexOf('read')).toBe(head.indexOf('AUDIT'));
    expect(lines.filter((line) => line.startsWith('CaseMessage.id '))).toEqual([]);
  });

  test('prints those of all subgraphs as JSON for programs', async () => {
    const lines = JSON.parse(await policies('--json')) as Record<string, string>[];
    expect(new Set(lines.map(({ subgraph }) => subgraph)).size).toBeGreaterThan(5);
    expect(lines).toContainEqual({
      subgraph: 'identity',
      field: 'Customer.emails',
      scopes: '',
      arguments: '',
      mask: 'maskEmail',
      audit: 'read',
      consent: 'withheld',
      whose: 'the customer',
    });
    expect(lines).toContainEqual(
      expect.objectContaining({
        field: 'Query.households',
        scopes: 'customer:read',
        arguments: 'orderBy: NAME_ASC (customer:pii), filter.name (customer:pii)',
      }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ field: 'Customer.consents', consent: 'told' }));
  });

  test('names the subgraphs that there are, where it is asked for another', async () => {
    await expect(policies('--subgraph', 'loyalty')).rejects.toThrow(
      'there is no subgraph "loyalty" among ours: identity',
    );
  });
});
