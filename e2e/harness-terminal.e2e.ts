/** The terminal driver of the harness, on xterm.js with a toy shell (e2e/fixture/terminal.html). */
import { inject } from 'vitest';
import type { Tab } from './harness/browser.ts';
import { expect, test } from './harness/fixtures.ts';
import { Terminal } from './harness/terminal.ts';

async function open(newTab: () => Promise<Tab>): Promise<Terminal> {
  const tab = await newTab();
  await Terminal.prepare(tab);
  await tab.goto(`${inject('fixtureUrl')}terminal.html`);
  return Terminal.attach(tab);
}

test('a command gives what it printed, and the screen is read exactly', async ({ newTab }) => {
  const terminal = await open(newTab);
  expect(await terminal.run('hello')).toBe('HELLO');
  expect(await terminal.screen()).toEqual(['welcome', '$ hello', 'HELLO', '$']);
  expect(await terminal.run('bare no newline')).toBe('no newline');
  expect(await terminal.run('bare ')).toBe('');
});

test('lines that wrap are joined, lines that scroll away are still read', async ({ newTab }) => {
  const terminal = await open(newTab);
  const long = `${'0123456789'.repeat(9)}  x`;
  expect(await terminal.run(long)).toBe(long.toUpperCase());
  const lines = (await terminal.run('lines 300')).split('\n');
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([300, 'line 1', 'line 300']);
});

test('a paste arrives whole, a reload starts over', async ({ newTab }) => {
  const terminal = await open(newTab);
  const prompts = await terminal.prompts();
  await terminal.paste(`${'x'.repeat(5000)}\n`);
  await terminal.waitForPrompt(prompts);
  await terminal.waitForScreen(/^X+\n\$$/m);
  await terminal.reload();
  expect(await terminal.screen()).toEqual(['welcome', '$']);
});
