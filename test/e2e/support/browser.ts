import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const candidates = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** `undefined`: there is none on this machine. */
export const browserPath = candidates.find((path) => path !== undefined && path !== '' && existsSync(path));

export const noBrowser =
  'NOT RUN, no browser found: install Chromium (Debian: apt-get install -y chromium), or name one in CHROMIUM_PATH';

/** Says on stderr what was left out, and why. */
export const warnWithoutBrowser = (what: string): void => {
  if (browserPath === undefined) process.stderr.write(`\n*** ${what}: ${noBrowser}\n\n`);
};

const args = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface OpenPage {
  readonly page: Page;
  /** Script errors, refused loads and whatever else the browser complained about. */
  readonly complaints: ReadonlyArray<string>;
  readonly close: () => Promise<void>;
}

interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** A page in a browser of its own, with a profile that nobody used before. */
export const openPage = async (url: string, viewport: Viewport): Promise<OpenPage> => {
  const profile = await mkdtemp(join(tmpdir(), 'relevo-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath ?? '',
    args,
    viewport,
    locale: 'en-GB',
  });
  context.setDefaultTimeout(15_000);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints, close: () => closeAll(context, profile) };
};

const closeAll = async (context: BrowserContext, profile: string): Promise<void> => {
  await context.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 3 });
};
