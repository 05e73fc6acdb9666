import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';
import { escapeHtml, type HtmlReport, renderHtml } from '../../../src/report/index.js';

const HOSTILE = '<img src=x onerror="window.broken = 1">\u202e"\'&';
const report: HtmlReport = {
  title: 'Audit',
  subtitle: `three objects ${HOSTILE}`,
  version: '1.0.0',
  cards: [{ label: 'denied', value: 2, tone: 'deny' }],
  charts: [
    {
      title: 'By severity',
      bars: [
        ['high', 2],
        ['low', 1],
      ],
    },
    {
      title: 'By namespace',
      bars: Array.from({ length: 14 }, (_, index) => [`ns-${index}`, 14 - index] as const),
    },
  ],
  columns: ['severity', 'object', 'message'],
  rows: [
    { tone: 'high', cells: ['high', 'Pod shop/a', 'privileged'] },
    { tone: 'low', cells: ['low', 'Pod shop/b', HOSTILE] },
    { tone: 'high" onload="x', cells: ['high', 'Pod shop/c10', 'host network'] },
  ],
  notes: ['pods.metrics.k8s.io: could not be read'],
};

describe('the HTML report', () => {
  const html = renderHtml(report);
  test('loads nothing from anywhere and runs nothing but what was written here', () => {
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/https?:\/\/|unsafe-inline|<link|<img|src=x[^&]*>/);
  });
  test('everything of the report is text', () => {
    expect(html).toContain(escapeHtml(HOSTILE));
    expect(html).not.toContain('<img');
    expect(html).not.toContain('\u202e');
    expect(html).not.toContain('onload="x');
  });
  test('a chart with many bars shows the largest and sums the rest', () => {
    expect(html).toContain('4 others');
  });
});

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (CHROMIUM === undefined) process.stderr.write('HTML report in a browser: skipped, there is no chromium\n');

(CHROMIUM === undefined ? describe.skip : describe)('in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warder-html-'));
  const file = join(folder, 'report.html');
  let browser: Browser;
  beforeAll(async () => {
    writeFileSync(file, renderHtml(report));
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('opens without an error or a request, is searched and sorted', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    const requests: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    expect(requests).toEqual([pathToFileURL(file).href]);
    expect(await page.locator('tbody tr:visible').count()).toBe(3);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    await page.fill('input', 'HOST net');
    expect(await page.locator('tbody tr:visible').allInnerTexts()).toEqual([
      expect.stringContaining('Pod shop/c10'),
    ]);
    expect(await page.innerText('#shown')).toBe('1 of 3');
    await page.fill('input', '');
    await page.click('th:nth-child(2) button');
    await page.click('th:nth-child(2) button');
    expect(await page.locator('tbody tr').first().innerText()).toContain('shop/c10');
    expect(await page.locator('svg').count()).toBe(2);
    // Nothing is wider than the page, on paper or on a telephone.
    await page.setViewportSize({ width: 420, height: 800 });
    expect(await page.evaluate('document.body.scrollWidth <= window.innerWidth + 40')).toBe(true);
    expect(errors).toEqual([]);
  }, 60_000);
});
