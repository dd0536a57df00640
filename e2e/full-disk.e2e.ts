/** A disk that is full: who writes is told so, nothing is damaged, and reading and removing go on. */
import { inject } from 'vitest';
import { launchFirefox } from './harness/firefox.ts';
import { expect, liveTest } from './harness/fixtures.ts';
import { launchLiveChromium } from './harness/live-chromium.ts';
import type { Terminal } from './harness/terminal.ts';

const MB = 2 ** 20;
const QUOTA = 64 * MB;
/** Firefox gives a site a fifth of all. */
const SHARE = 5;

/**
 * Chromium tells pages a quota of 10 GiB more than they use unless this is off; and it grows a file's share of the quota
 * by doubling, so that at most half of a small quota can be filled.
 */
const TRUE_QUOTA = ['--disable-features=StaticStorageQuota'];

const test = liveTest.extend(
  'browser',
  { scope: 'file' },
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs
  async ({}, { onCleanup }) => {
    const prefs = { 'dom.quotaManager.temporaryStorage.fixedLimit': (QUOTA * SHARE) / 1024 };
    const firefox = inject('browserName') === 'firefox';
    const browser = firefox ? await launchFirefox({ prefs }) : await launchLiveChromium({ args: TRUE_QUOTA });
    onCleanup(() => browser.close());
    return browser;
  },
);

/** In bytes, by df. */
const available = async (terminal: Terminal): Promise<number> => {
  const { stdout } = await terminal.exec("df -k / | awk 'NR == 2 { print $4 }'");
  return Number(stdout) * 1024;
};

const run = async (terminal: Terminal, script: string): Promise<string> => {
  const { stdout, stderr, exitCode } = await terminal.exec(script, { timeout: 60_000 });
  return `${stdout}${stderr}${exitCode}`.trim();
};

/** Bytes of a file that are not those of `yes`. */
const damaged = (file: string): string => `tr -d 'y\\n' <${file} | wc -c`;

test('a full disk', { timeout: 180_000 }, async ({ browser, openTerminal }) => {
  const terminal = await openTerminal();
  if (browser.name === 'chromium') await terminal.tab.setQuota(QUOTA);
  await run(terminal, 'yes kept | head -c 300000 >kept; sync');
  // What the browser says is asked for anew every other second.
  await expect.poll(() => available(terminal), { timeout: 20_000, interval: 500 }).toBeLessThan(QUOTA);
  const before = await available(terminal);
  expect(before).toBeGreaterThan(QUOTA / 4);

  const filled = await run(
    terminal,
    'yes | dd of=big bs=65536 iflag=fullblock 2>&1 | grep -o "No space left on device"',
  );
  expect(filled).toContain('No space left on device');
  const size = Number((await terminal.exec('wc -c <big')).stdout);
  expect(size).toBeGreaterThan(before / 3);
  expect(await run(terminal, damaged('big'))).toBe('0\n0');
  expect(await run(terminal, 'yes kept | head -c 300000 | cmp - kept')).toBe('0');
  await expect.poll(() => available(terminal), { timeout: 20_000, interval: 500 }).toBeLessThan(4 * MB);

  // Every small thing either works or says why not, until nothing works any more.
  const small = await run(
    terminal,
    'i=0; while [ $i -lt 3000 ] && printf %05000d $i >small-$i; do i=$((i + 1)); done 2>/dev/null; rm -f small-*; echo removed',
  );
  expect(small).toBe('removed\n0');
  expect(await run(terminal, damaged('big'))).toBe('0\n0');

  expect(await run(terminal, 'rm big')).toBe('0');
  await expect.poll(() => available(terminal), { timeout: 20_000, interval: 500 }).toBeGreaterThan(size - 8 * MB);
  expect(await run(terminal, 'yes | head -c 8000000 >again && sync')).toBe('0');
  expect(await run(terminal, damaged('again'))).toBe('0\n0');

  await terminal.reload();
  expect(await run(terminal, 'yes kept | head -c 300000 | cmp - kept; wc -c <again')).toBe('8000000\n0');
  expect(await run(terminal, damaged('again'))).toBe('0\n0');
});
