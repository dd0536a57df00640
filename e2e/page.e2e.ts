/** The page around the terminals: its tabs and its menu, what it shows of a shell, what it loads and when. */
import { inject } from 'vitest';
import type { TabOSHandle } from '../src/page/main.ts';
import type { Tab } from './harness/browser.ts';
import { expect, test } from './harness/fixtures.ts';
import { Terminal } from './harness/terminal.ts';

/** The terminal in front as the page itself tells it. */
const screen = (tab: Tab) =>
  tab.evaluate(() => {
    const lines = (window.tabos as unknown as TabOSHandle).screen();
    return lines.join('\n').trimEnd().split('\n');
  });

const click = (tab: Tab, selector: string) =>
  tab.evaluate((wanted) => document.querySelector<HTMLElement>(wanted)?.click(), selector);

const tabs = (tab: Tab) =>
  tab.evaluate(() =>
    [...document.querySelectorAll('[role=tab]')].map(
      (found) => `${found.textContent}${found.getAttribute('aria-selected') === 'true' ? ' *' : ''}`,
    ),
  );

async function open(tab: Tab, query: string): Promise<void> {
  await Terminal.prepare(tab);
  await tab.goto(`${inject('siteUrl')}?${query}`);
}

test('when the shell ends the page says how, and Enter starts a new one', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.type('exit 3\n');
  await terminal.waitForScreen('[process exited with code 3 - press Enter for a new shell]');
  expect(await tabs(terminal.tab)).toEqual(['ended *']);
  const prompts = await terminal.prompts();
  await terminal.press('Enter');
  await terminal.waitForPrompt(prompts);
  expect(await terminal.run('echo again')).toBe('again');
});

test('a full-screen program that is killed leaves a usable screen', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.type("printf '\\033[?1049h\\033[?25l\\033[?1000hfull'; kill -9 $$\n");
  await terminal.waitForScreen('[process exited with code 137');
  const prompts = await terminal.prompts();
  await terminal.press('Enter');
  await terminal.waitForPrompt(prompts);
  expect(await terminal.run('echo again')).toBe('again');
  const modes = await terminal.tab.evaluate(() => {
    const { buffer, modes: now } = (window.tabos as unknown as TabOSHandle).term;
    return [buffer.active.type, now.mouseTrackingMode];
  });
  expect(modes).toEqual(['normal', 'none']);
});

test('the title of the window is what the program says', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run("printf '\\033]2;a title\\007'");
  expect(await terminal.tab.evaluate(() => document.title)).toBe('a title');
});

test('?command= runs a script in place of the shell', async ({ newTab, machine }) => {
  const tab = await newTab();
  await open(tab, `machine=${machine}&command=${encodeURIComponent('echo ran; exit 4')}`);
  await expect
    .poll(() => screen(tab).catch(() => []))
    .toEqual(['ran', '[process exited with code 4 - press Enter for a new shell]']);
});

test('?attach=N shows a terminal of another tab, with its screen, and both go on', async ({
  openTerminal,
  newTab,
  machine,
}) => {
  const first = await openTerminal();
  await first.run('echo before');
  const id = await first.tab.evaluate(() => (window.tabos as unknown as TabOSHandle).shell?.id);
  const second = await newTab();
  await open(second, `machine=${machine}&attach=${id}`);
  const shown = await Terminal.attach(second);
  await shown.waitForScreen('before');
  expect(await shown.run('echo "from the second"')).toBe('from the second');
  await first.waitForScreen('from the second');
  // One of the two answers a question of a program, so one answer comes.
  const answer =
    "stty -icanon -echo min 0 time 3; printf '\\033[5n'; answer=$(dd bs=64 count=1 2>/dev/null | od -An -c | tr -d ' '); stty icanon echo";
  await shown.run(answer);
  expect(await shown.run('echo $answer')).toBe('033[0n');
  await second.close();
  await first.tab.activate();
  expect(await first.run('echo after')).toBe('after');
});

test('a terminal that is not there is said to be missing', async ({ newTab, machine }) => {
  const tab = await newTab();
  await open(tab, `machine=${machine}&attach=77`);
  await expect
    .poll(() => screen(tab).catch(() => ['']))
    .toEqual([expect.stringMatching(/^\[ENXIO: .* press Enter for a new shell\]$/)]);
});

test('a tab has several terminals, one in front', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const { tab } = terminal;
  await terminal.run('echo in the first');
  await click(tab, '[aria-label="New terminal"]');
  await expect.poll(() => tabs(tab)).toEqual(['pts/0', 'pts/1 *']);
  await expect.poll(() => screen(tab)).not.toContain('in the first');
  await tab.evaluate(() => document.querySelector<HTMLElement>('[role=tab]')?.click());
  expect(await tabs(tab)).toEqual(['pts/0 *', 'pts/1']);
  expect(await screen(tab)).toContain('in the first');
  expect(await terminal.run('echo still here')).toBe('still here');
  await click(tab, '[aria-label="Close pts/1"]');
  expect(await tabs(tab)).toEqual(['pts/0 *']);
  await expect.poll(async () => (await terminal.exec('ls /dev/pts')).stdout).not.toContain('1');
});

test('the menu lists the terminals of the machine, and shows one that another tab opened', async ({ openTerminal }) => {
  const first = await openTerminal();
  await first.run('echo made by the first tab');
  const second = await openTerminal();
  const { tab } = second;
  await click(tab, '[aria-label="All terminals"]');
  const items = () =>
    tab.evaluate(() => [...document.querySelectorAll('.menu button')].map(({ textContent }) => textContent));
  await expect
    .poll(items)
    .toEqual([expect.stringMatching(/^pts\/0 /), expect.stringMatching(/^pts\/1 /), 'New terminal']);
  await click(tab, '.menu button');
  await expect.poll(() => tabs(tab)).toEqual(['pts/1', 'pts/0 *']);
  await expect.poll(() => screen(tab)).toContain('made by the first tab');
});

test('a paste is bracketed when the program asks for it', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  // The shell asks for it while it reads a line, and takes that back for its commands.
  await terminal.type("printf '\\033[?2004hready\\n'; cat -v\n");
  await terminal.waitForScreen(/^ready$/m);
  await terminal.paste('pasted\n');
  // Once as the terminal echoes it, once as the program shows it: a key before that would be the shell's.
  await terminal.waitForScreen(/\^\[\[200~pasted[\s\S]*\^\[\[200~pasted/);
  const prompts = await terminal.prompts();
  await terminal.press('Control+c');
  await terminal.waitForPrompt(prompts);
});

test('Ctrl+Shift+C copies the selection, and is not typed', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run('echo to be copied');
  const { tab } = terminal;
  await tab.evaluate(() => {
    Object.assign(window, { copied: '' });
    navigator.clipboard.writeText = async (text) => void Object.assign(window, { copied: text });
    const { term } = window.tabos as unknown as TabOSHandle;
    const line = Array.from({ length: term.rows }, (_, y) => y).find(
      (y) => term.buffer.active.getLine(y)?.translateToString(true) === 'to be copied',
    );
    term.select(0, line ?? 0, 'to be copied'.length);
  });
  await terminal.press('Control+Shift+C');
  await expect.poll(() => tab.evaluate(() => Reflect.get(window, 'copied'))).toBe('to be copied');
  expect(await terminal.run('echo free')).toBe('free');
});

test('Ctrl+Shift+Up and Down go from prompt to prompt', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run('seq 200');
  await terminal.run('seq 300 400');
  const { tab } = terminal;
  const top = async () => (await screen(tab))[0];
  await terminal.press('Control+Shift+ArrowUp');
  await expect.poll(top).toMatch(/\$ seq 300 400$/);
  await terminal.press('Control+Shift+ArrowUp');
  await expect.poll(top).toMatch(/\$ seq 200$/);
  await terminal.press('Control+Shift+ArrowDown');
  await expect.poll(top).toMatch(/\$ seq 300 400$/);
  const codes = await tab.evaluate(() =>
    (window.tabos as unknown as TabOSHandle).marks.list
      .filter(({ kind }) => kind === 'finished')
      .map(({ exitCode }) => exitCode),
  );
  expect(codes.at(-1)).toBe(0);
});

test('screen reader mode is remembered', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const { tab } = terminal;
  const on = () => tab.evaluate(() => (window.tabos as unknown as TabOSHandle).term.options.screenReaderMode);
  expect(await on()).toBe(false);
  await click(tab, '[aria-label="All terminals"]');
  await expect.poll(() => tab.evaluate(() => document.querySelector('.menu input') !== null)).toBe(true);
  await click(tab, '.menu input');
  expect(await on()).toBe(true);
  await terminal.reload();
  expect(await on()).toBe(true);
});

test('before the prompt the page loads little, and nothing that can wait', async ({ openTerminal }) => {
  const { tab } = await openTerminal();
  await expect
    .poll(() =>
      tab.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('terminal-extras'))),
    )
    .toBe(true);
  const seen = await tab.evaluate(() => {
    const prompt = performance.getEntriesByName('tabos:prompt')[0]?.startTime ?? 0;
    const scripts = performance
      .getEntriesByType('resource')
      .map((entry) => entry as PerformanceResourceTiming)
      .filter(({ name }) => /\.(js|css)$/.test(name));
    const bytes = scripts
      .filter(({ startTime }) => startTime < prompt)
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    return { bytes, extrasEarly: scripts.some(({ name, startTime }) => name.includes('extras') && startTime < prompt) };
  });
  expect(seen.bytes).toBeLessThan(320 * 1024);
  expect(seen.extrasEarly).toBe(false);
  expect(tab.errors()).toEqual([]);
});
