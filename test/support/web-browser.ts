import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { TOKENS } from './http-room.ts';

export const WIDTHS = { wide: { width: 1280, height: 760 }, narrow: { width: 400, height: 800 } };

/** A person with a browser: what their page asks for and complains of is kept. */
export interface Visitor {
  readonly page: Page;
  /** Errors on the console of the browser, and exceptions nobody caught. */
  readonly complaints: string[];
  /** Addresses of requests that left our server. */
  readonly outside: readonly string[];
  logIn(role: 'viewer' | 'operator', path?: string): Promise<void>;
  /** What axe finds that keeps people from using the page: serious and critical. */
  barriers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface VisitorOptions {
  readonly size?: keyof typeof WIDTHS;
  readonly scheme?: 'light' | 'dark';
}

export async function openBrowser(executablePath: string): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    // A container has no sandbox to offer and little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

export async function visit(
  browser: Browser,
  url: string,
  { size = 'wide', scheme = 'light' }: VisitorOptions = {},
): Promise<Visitor> {
  const context: BrowserContext = await browser.newContext({
    viewport: WIDTHS[size],
    colorScheme: scheme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  const complaints: string[] = [];
  const outside: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) outside.push(request.url());
  });
  return {
    page,
    complaints,
    outside,
    logIn: async (role, path = '/') => {
      await page.goto(`${url}/login?next=${encodeURIComponent(path)}`);
      await page.fill('#token', TOKENS[role]);
      await page.click('main button');
      await page.waitForSelector('#main h1');
    },
    barriers: async () => await barriersOf(page),
    close: () => context.close(),
  };
}

/** Through the debugger, which no policy of the page keeps out. */
async function barriersOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  }>('axe.run({ resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Writes a picture for the documents, when the run was asked for pictures. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (!process.env['CONSOLE_PICTURES']) return;
  mkdirSync('docs/images', { recursive: true });
  await page.screenshot({ path: join('docs/images', `console-${name}.png`) });
}
