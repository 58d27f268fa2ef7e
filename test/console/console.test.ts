import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { z } from 'zod';
import type { Role } from '../../gateway/access/roles.js';
import { describeWithChromium, launchChromium } from '../support/chromium.js';
import { type ConsoleStack, startConsoleStack } from '../support/startConsoleStack.js';
import { askSubgraph, type Untyped } from '../support/startTestSubgraph.js';

/** The console in Chromium, over real processes. */
const PATIENCE = 120_000;

let stack: ConsoleStack;
let browser: Browser;
/** Somebody with orders, a case, and an email address. */
let customer: Untyped;

async function query(text: string, variables: object = {}): Promise<Untyped> {
  const { data, errors } = await stack.ask(text, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

beforeAll(async () => {
  const launched = await launchChromium();
  if (!launched) return;
  browser = launched;
  stack = await startConsoleStack(60);
  const { cases } = await query(`{ cases(first: 100) { nodes { number subject customer {
    id displayName emails phones externalIds { source id } orders(first: 1) { nodes { number } } timeline(first: 1) { totalCount } } } } }`);
  const {
    customer: owner,
    number,
    subject,
  } = cases.nodes.find(
    ({ customer: one }: Untyped) => one.orders.nodes.length > 0 && one.emails.length > 0 && one.phones.length > 0,
  );
  customer = { ...owner, caseNumber: number, caseSubject: subject };
}, PATIENCE);
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
}, PATIENCE);

interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in the page: errors, what its policy refused, answers that the browser complained of. */
  readonly complaints: string[];
}

/** A tab of somebody who has signed in. */
async function visit(path: string, role: Role | null = 'admin', scheme: 'light' | 'dark' = 'light'): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: stack.origin,
    locale: 'en-GB',
    colorScheme: scheme,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  if (role) {
    await context.addInitScript((token) => sessionStorage.setItem('customer360.token', token), stack.token(role));
  }
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(path);
  return { page, context, complaints };
}

const customerPath = (): string => `/customers/${customer.id}`;
const isCompletion = (request: Request): boolean => request.postData()?.includes('CompleteNextStep') ?? false;
const feed = (page: Page) => page.getByRole('feed', { name: 'Timeline' });
const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

const RECORD = `mutation ($input: RecordTouchpointInput!) { recordTouchpoint(input: $input) { id } }`;
const note = (summary: string, customerId: string = customer.id) => ({
  input: { customerId, channel: 'CHAT', direction: 'INBOUND', department: 'OTHER', kind: 'NOTE', summary },
});

describeWithChromium('who comes to the console', () => {
  test('chooses a role of a gateway in development, or gives a token and is told what is wrong with it', async () => {
    const { page, context, complaints } = await visit('/live', null);
    await page.getByLabel(/token/i).fill('nonsense');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('This is not a token').waitFor();
    await page.getByLabel(/token/i).fill(`Bearer ${stack.token('manager')}`);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    // Where they wanted to go.
    await page.getByRole('heading', { name: 'Live' }).waitFor();
    await page.getByRole('button', { name: 'Your session' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page
      .getByRole('group', { name: /^Roles/ })
      .getByRole('button', { name: /^Manager/ })
      .click();
    await page.getByRole('heading', { name: 'Live' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Live' }).waitFor();
    await page.getByRole('button', { name: 'Your session' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each([
    ['that has expired', Buffer.from(JSON.stringify({ sub: 'eva', exp: 1_000 })).toString('base64url'), 'has expired'],
    [
      'that the gateway does not trust',
      Buffer.from(JSON.stringify({ sub: 'eva' })).toString('base64url'),
      'no longer takes your token',
    ],
  ])('with a token %s, is asked again and told why', async (_what, payload, reason) => {
    const { page, context } = await visit('/', null);
    await page.evaluate((token) => sessionStorage.setItem('customer360.token', token), `e30.${payload}.e30`);
    await page.reload();
    await page.getByRole('alert').getByText(reason).waitFor();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await context.close();
  });

  test('may do what their role may, and is not shown the rest', async () => {
    const { page, context, complaints } = await visit(customerPath(), 'marketer');
    const acts = page.getByRole('group', { name: 'What to do' });
    await acts.getByRole('button').first().waitFor();
    expect(await acts.getByRole('button').allTextContents()).toEqual(['Record consent', 'Survey response']);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('•••');
    await panel(page, 'Service').getByRole('heading', { level: 2 }).waitFor();
    await page.waitForLoadState('networkidle');
    const text = (await page.locator('body').textContent()) ?? '';
    for (const personal of [customer.displayName, customer.emails[0], customer.phones[0]]) {
      expect(text).not.toContain(personal);
    }
    await panel(page, 'Service').getByRole('button', { name: customer.caseSubject }).first().click();
    await page
      .getByRole('dialog', { name: /^Case / })
      .getByText('Messages')
      .waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describeWithChromium('find', () => {
  test('by name, email, phone in another form, order and case number; Enter opens the first', async () => {
    const { page, context, complaints } = await visit('/');
    const box = page.getByRole('searchbox', { name: 'Find a customer' });
    const spaced = String(customer.phones[0]).replace(/^(\+\d{2})(\d{3})/, '$1 ($2) ');
    const [first, last] = String(customer.displayName).split(' ');
    const ways = [
      `${first?.slice(0, 4)} ${last ?? ''}`.trim(),
      customer.emails[0],
      spaced,
      customer.orders.nodes[0].number,
      customer.caseNumber,
    ];
    for (const way of ways) {
      // The focus is there from the start, and `/` brings it back.
      await page.keyboard.press('/');
      await box.fill(way);
      // At once: it opens the first of what is found by all letters, and nothing that was found by fewer.
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: customer.displayName }).waitFor();
      expect(await page.title()).toBe(`${customer.displayName} · Customer360`);
      await page.goto('/');
    }
    await box.fill(customer.displayName);
    await page.getByRole('option', { name: customer.displayName }).first().waitFor();
    await box.fill('nobody at all');
    await page.getByText('Nobody is known by this.').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('by a whole email address where names are masked', async () => {
    const { page, context, complaints } = await visit('/', 'marketer');
    await page.getByRole('searchbox', { name: 'Find a customer' }).fill(String(customer.emails[0]));
    await page.getByRole('option', { name: '•••' }).first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describeWithChromium('the customer', () => {
  test('is shown whole: header, timeline, and what each department knows', async () => {
    const { page, context, complaints } = await visit(customerPath());
    await page.getByText(customer.emails[0]).waitFor();
    for (const name of ['Service', 'Sales', 'Marketing', 'Feedback', 'Channels']) {
      await panel(page, name).getByRole('heading', { level: 2 }).waitFor();
    }
    await panel(page, 'Sales').getByText(customer.orders.nodes[0].number).first().waitFor();
    await panel(page, 'Channels').locator('svg.recharts-surface').first().waitFor();
    const entries = feed(page).getByRole('article');
    await entries.first().waitFor();
    await page.getByLabel('Words in the timeline').fill(customer.orders.nodes[0].number);
    const [{ timeline }] = [
      (
        await query(
          'query ($id: ID!, $text: String) { customer(id: $id) { timeline(first: 100, filter: { text: $text }) { nodes { id } } } }',
          {
            id: customer.id,
            text: customer.orders.nodes[0].number,
          },
        )
      ).customer,
    ];
    await page.waitForFunction(
      (ids) => {
        const shown = [...document.querySelectorAll('[role=feed] article')].map((one) =>
          one.getAttribute('data-touchpoint'),
        );
        return shown.length === ids.length && shown.every((id) => ids.includes(id ?? ''));
      },
      timeline.nodes.map(({ id }: Untyped) => id),
    );
    await page.getByText('Journeys', { exact: true }).click();
    await panel(page, 'Journeys').getByRole('button').first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('what another client records slides in within a second, on their page and on the wall', async () => {
    const [theirs, wall] = [await visit(customerPath()), await visit('/live')];
    for (const { page } of [theirs, wall]) await page.locator('[data-connection=live]').waitFor();
    // What is recorded before the subscription has begun comes with the page: record until one comes live.
    await query(RECORD, note('warming up'));
    for (const { page } of [theirs, wall]) await page.getByText('warming up').first().waitFor();
    const before = Date.now();
    await query(RECORD, note('he said hello'));
    await Promise.all([theirs, wall].map(({ page }) => page.getByText('he said hello').first().waitFor()));
    expect(Date.now() - before).toBeLessThan(1_000);

    await wall.page.getByRole('button', { name: 'Pause' }).click();
    await query(RECORD, note('while it stood still'));
    await wall.page.getByText('1 wait').waitFor();
    expect(await wall.page.getByText('while it stood still').count()).toBe(0);
    await wall.page.getByRole('button', { name: 'Go on' }).click();
    await wall.page.getByText('while it stood still').waitFor();
    expect([...theirs.complaints, ...wall.complaints]).toEqual([]);
    await Promise.all([theirs.context.close(), wall.context.close()]);
  });

  test('nothing is missed while the gateway is away, and nothing comes twice', async () => {
    const { page, context } = await visit(customerPath());
    // Nothing happens here before the fall, so there is no cursor to go on from.
    const { customers } = await query('{ customers(first: 2) { nodes { id } } }');
    const other: string = customers.nodes.find(({ id }: Untyped) => id !== customer.id).id;
    const quiet = await visit(`/customers/${other}`);
    await quiet.page.locator('[data-connection=live]').waitFor();
    await page.locator('[data-connection=live]').waitFor();
    await query(RECORD, note('before the fall'));
    await feed(page).getByText('before the fall').waitFor();
    await stack.kill('gateway');
    await page.locator('[data-connection=lost]').waitFor();
    for (const number of [1, 2, 3]) {
      await askSubgraph('touchpoints', stack.urls['touchpoints'] ?? '', RECORD, note(`missed ${number}`));
    }
    await askSubgraph('touchpoints', stack.urls['touchpoints'] ?? '', RECORD, note('missed quietly', other));
    await stack.restart('gateway');
    await page.locator('[data-connection=live]').waitFor();
    for (const number of [3, 2, 1]) await feed(page).getByText(`missed ${number}`).waitFor();
    await feed(quiet.page).getByText('missed quietly').waitFor();
    await quiet.context.close();
    await query(RECORD, note('after the fall'));
    await feed(page).getByText('after the fall').waitFor();
    const shown = await feed(page)
      .getByRole('article')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    expect(shown.slice(0, 5)).toEqual(['after the fall', 'missed 3', 'missed 2', 'missed 1', 'before the fall']);
    await context.close();
  });

  test('a department that is lost says so, the others stand, and it comes back on demand', async () => {
    await stack.kill('sales');
    const { page, context } = await visit(customerPath());
    await panel(page, 'Sales').getByText('Sales cannot be reached just now.').waitFor();
    await panel(page, 'Service').getByText(customer.caseNumber).first().waitFor();
    await page.getByText(customer.emails[0]).waitFor();
    await stack.restart('sales');
    await expect(
      (async () => {
        // The gateway may let a subgraph that was in trouble rest a little.
        while ((await panel(page, 'Sales').getByText(customer.orders.nodes[0].number).count()) === 0) {
          await panel(page, 'Sales')
            .getByRole('button', { name: 'Try again' })
            .click({ timeout: 2_000 })
            .catch(() => undefined);
          await page.waitForTimeout(300);
        }
        return 'back';
      })(),
    ).resolves.toBe('back');
    await context.close();
  });
});

describeWithChromium('act', () => {
  test('a call with a next step, which is ticked off', async () => {
    const { page, context, complaints } = await visit(customerPath());
    await page.getByRole('button', { name: 'Log a call' }).click();
    const form = page.getByRole('dialog', { name: 'Log a call' });
    await form.getByRole('button', { name: 'Write it down' }).click();
    await form.getByText('Say what it was about.').waitFor();
    await form.getByLabel('What it was about').fill('The new terrace');
    await form.getByLabel('What to do').fill('Send the offer for the terrace');
    await form.getByLabel('By when').fill('2020-01-01T10:00');
    await form.getByRole('button', { name: 'Write it down' }).click();
    // The graph refuses a step that is due before its call, and the form says so where it is.
    const due = form.getByLabel('By when');
    await expect(due.getAttribute('aria-invalid')).resolves.toBeDefined();
    await form.locator('.mantine-TextInput-error').waitFor();
    await due.fill('2031-01-01T10:00');
    await form.getByRole('button', { name: 'Write it down' }).click();
    await form.waitFor({ state: 'hidden' });
    const steps = panel(page, 'Sales').getByRole('region', { name: 'Next steps' });
    await steps.getByText('Send the offer for the terrace').waitFor();
    await feed(page)
      .getByText(/The new terrace/)
      .first()
      .waitFor();
    // It shows as done at once, before the graph has answered, and is no next step any more for who comes later.
    const held = new AbortController();
    const answered = once(held.signal, 'abort');
    await page.route('**/graphql', async (route) => {
      if (isCompletion(route.request())) await answered;
      await route.continue();
    });
    await steps.getByRole('button', { name: 'Done: Send the offer for the terrace' }).click();
    await steps.getByText('Done', { exact: true }).first().waitFor();
    const completed = page.waitForResponse((response) => isCompletion(response.request()));
    held.abort();
    await completed;
    await page.unrouteAll({ behavior: 'wait' });
    await page.reload();
    await panel(page, 'Sales').getByText('Orders').first().waitFor();
    await expect(steps.getByText('Send the offer for the terrace').count()).resolves.toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a case, and an answer to it', async () => {
    const { page, context, complaints } = await visit(customerPath());
    await page.getByRole('button', { name: 'Open a case' }).click();
    const form = page.getByRole('dialog', { name: 'Open a case' });
    await form.getByRole('button', { name: 'Open it' }).click();
    await form.getByText('Say what it is about, in one line.').waitFor();
    await form.getByLabel('What it is about').fill('The handle squeaks');
    await form.getByLabel('What the customer said').fill('Since the delivery.');
    await form.getByRole('button', { name: 'Open it' }).click();
    await form.waitFor({ state: 'hidden' });
    await panel(page, 'Service').getByRole('button', { name: 'The handle squeaks' }).click();
    const drawer = page.getByRole('dialog', { name: /^Case C-/ });
    await drawer.getByText('Since the delivery.').waitFor();
    await drawer.getByRole('button', { name: 'Send' }).click();
    await drawer.getByText('Write your answer.').waitFor();
    await drawer.getByText('Say who answers.').waitFor();
    await drawer.getByRole('combobox', { name: 'Who answers' }).click();
    await page.getByRole('option').first().click();
    await drawer.getByLabel('Your answer').fill('We are sending you a new one.');
    await drawer.getByRole('button', { name: 'Send' }).click();
    await drawer.getByRole('region', { name: 'Messages' }).getByText('We are sending you a new one.').waitFor();
    await page.getByText('The answer is sent.').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a consent, and its withdrawal', async () => {
    const { page, context, complaints } = await visit(customerPath(), 'marketer');
    const record = page.getByRole('button', { name: 'Record consent' });
    await record.click();
    const form = page.getByRole('dialog', { name: 'Record consent' });
    await form.getByRole('button', { name: 'Record it' }).click();
    await form.getByText('A yes needs the wording that they agreed to.').waitFor();
    await form.getByRole('combobox', { name: 'What for' }).click();
    await page.getByRole('option', { name: 'Third party' }).click();
    await form.getByLabel('The wording that they agreed to').fill('You may pass my address on.');
    await form.getByRole('button', { name: 'Record it' }).click();
    await form.waitFor({ state: 'hidden' });
    const consents = panel(page, 'Marketing').getByRole('region', { name: 'Consents' });
    await consents.getByText('Third party, email').waitFor();
    await record.click();
    await form.getByText('They said no').click();
    await form.getByRole('combobox', { name: 'What for' }).click();
    await page.getByRole('option', { name: 'Third party' }).click();
    await form.getByRole('button', { name: 'Record it' }).click();
    await form.waitFor({ state: 'hidden' });
    await consents.getByText('Withdrawn').first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a survey response; a score off the scale is refused at its field', async () => {
    const { page, context, complaints } = await visit(customerPath());
    await page.getByRole('button', { name: 'Survey response' }).click();
    const form = page.getByRole('dialog', { name: 'Survey response' });
    await form.getByRole('combobox', { name: 'Survey' }).click();
    await page
      .getByRole('option', { name: /\(NPS\)/ })
      .first()
      .click();
    await form.getByLabel('Their answer').fill('11');
    await form.getByLabel('In their own words').fill('Simply the best.');
    await form.getByRole('button', { name: 'Record it' }).click();
    await form.locator('.mantine-NumberInput-error').waitFor();
    await form.getByLabel('Their answer').fill('10');
    await form.getByRole('button', { name: 'Record it' }).click();
    await form.waitFor({ state: 'hidden' });
    await panel(page, 'Feedback').getByText('Simply the best.').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describeWithChromium('for everyone', () => {
  const pages = [
    ['/', 'Latest contacts'],
    ['customer', 'Channels'],
    ['/live', 'What happens'],
    ['/teams', 'Case queue'],
  ] as const;

  test.each(['light', 'dark'] as const)('no page breaks a rule of accessibility (%s)', async (scheme) => {
    const { page, context, complaints } = await visit('/', 'admin', scheme);
    const found: string[] = [];
    for (const [path, region] of pages) {
      await page.goto(path === 'customer' ? customerPath() : path);
      await panel(page, region).waitFor();
      await page.waitForLoadState('networkidle');
      found.push(...(await violations(page)).map((violation) => `${path}: ${violation}`));
    }
    await page.goto(customerPath());
    await page.getByRole('button', { name: 'Log a call' }).click();
    await page.getByRole('dialog').waitFor();
    found.push(...(await violations(page)).map((violation) => `form: ${violation}`));
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the first view of each page takes less than 300 KB of compressed script', () => {
    const chunk = z.object({
      file: z.string(),
      imports: z.array(z.string()).default([]),
      isEntry: z.boolean().default(false),
    });
    const manifest = z
      .record(z.string(), chunk)
      .parse(JSON.parse(readFileSync('dist/console/.vite/manifest.json', 'utf8')));
    const reach = (name: string, into = new Set<string>()): Set<string> => {
      if (into.has(name)) return into;
      into.add(name);
      for (const next of manifest[name]?.imports ?? []) reach(next, into);
      return into;
    };
    const size = (names: Iterable<string>): number =>
      [...names].reduce((sum, name) => {
        const { file = '' } = manifest[name] ?? {};
        return sum + gzipSync(readFileSync(join('dist/console', file))).length;
      }, 0);
    for (const page of ['customer/CustomerPage.tsx', 'live/LivePage.tsx', 'teams/TeamsPage.tsx']) {
      expect(manifest).toHaveProperty([page]);
      expect(size(new Set([...reach('index.html'), ...reach(page)]))).toBeLessThan(300_000);
    }
  });

  test('the page is never kept by a cache, its scripts are for ever, and compressed', async () => {
    const page = await fetch(stack.origin);
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const [, nonce] = /'nonce-([^']+)'/.exec(policy) ?? [];
    expect(html).toContain(`nonce="${nonce}"`);
    expect(await (await fetch(stack.origin)).text()).not.toContain(`nonce="${nonce}"`);
    const [, script = ''] = /src="(\/assets\/[^"]+)"/.exec(html) ?? [];
    const { headers } = await fetch(new URL(script, stack.origin), { headers: { 'accept-encoding': 'br, gzip' } });
    expect(headers.get('content-encoding')).toBe('br');
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await fetch(new URL('/assets/none.js', stack.origin))).status).toBe(404);
  });
});

/** What axe finds against WCAG 2.2 A and AA, each with where. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as typeof globalThis & {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations: all } = await checker.run({ runOnly: { type: 'tag', values: tags } });
    return all.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary.slice(0, 200)}`,
    );
  });
}
