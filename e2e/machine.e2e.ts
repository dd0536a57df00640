/** One machine in several tabs and over reloads: files stay, processes and terminals are shared, tabs come and go. */
import { expect, test } from './harness/fixtures.ts';

test('files survive a reload', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run('mkdir -p dir; echo kept > dir/file; chmod 640 dir/file; ln -s file dir/link; sync');
  await terminal.reload();
  expect(await terminal.run('cat dir/link; ls -l dir/file | cut -c1-10')).toBe('kept\n-rw-r-----');
});

test('machines of different names, and ephemeral ones, are apart', async ({ openTerminal, machine }) => {
  const one = await openTerminal();
  await one.run('echo mine > only-here');
  const other = await openTerminal({ machine: `${machine}-other` });
  expect(await other.run('cat only-here 2>/dev/null || echo none')).toBe('none');
  const ephemeral = await openTerminal({ ephemeral: true });
  expect(await ephemeral.run('cat only-here 2>/dev/null || echo none; echo gone > gone')).toBe('none');
  await ephemeral.reload();
  expect(await ephemeral.run('cat gone 2>/dev/null || echo none')).toBe('none');
});

test('two tabs see the same files and processes', async ({ openTerminal }) => {
  const first = await openTerminal();
  const second = await openTerminal();
  await second.run('echo from-second > shared; sleep 1234 &');
  await first.tab.activate();
  expect(await first.run('cat shared')).toBe('from-second');
  expect(await first.run('ps | grep -c "[s]leep 1234"')).toBe('1');
  await first.run('mv shared moved');
  await second.tab.activate();
  expect(await second.run('ls')).toContain('moved');
});

test('closing either tab leaves the other working', async ({ openTerminal }) => {
  const first = await openTerminal();
  const second = await openTerminal();
  await first.run('echo one > one');
  await first.tab.close();
  expect(await second.run('cat one; echo two > two; cat two')).toBe('one\ntwo');
  const third = await openTerminal();
  await second.tab.close();
  expect(await third.run('cat one two')).toBe('one\ntwo');
});

test('a process dies with its tab', async ({ openTerminal }) => {
  const first = await openTerminal();
  const second = await openTerminal();
  await second.run('sleep 4321 &');
  expect(await first.run('ps | grep -c "[s]leep 4321"')).toBe('1');
  await second.tab.close();
  await expect.poll(() => first.run('ps | grep -c "[s]leep 4321"'), { timeout: 10_000 }).toBe('0');
});

/** Appends numbered lines, telling each one after it was written, until it is told to end by a file `stop`. */
const WRITER = 'i=0; while [ ! -e stop ]; do i=$((i + 1)); echo $i >> log && echo $i > acknowledged; done; echo ended';

for (const end of ['close', 'crash'] as const) {
  test(`a ${end} of the tab that serves the volume loses nothing that was acknowledged`, async ({
    browser,
    openTerminal,
    skip,
  }) => {
    skip(end === 'crash' && browser.name !== 'chromium', 'only Chromium can be told to crash a tab');
    // The first tab serves the volume, the second one writes to it.
    const server = await openTerminal();
    const writer = await openTerminal();
    const prompts = await writer.prompts();
    await writer.type(`${WRITER}\n`);
    await expect.poll(async () => Number((await server.exec('cat acknowledged')).stdout)).toBeGreaterThan(20);
    const before = Number((await server.exec('cat acknowledged')).stdout);
    await (end === 'close' ? server.tab.close() : server.tab.crash());
    await expect
      .poll(async () => Number((await writer.exec('cat acknowledged')).stdout), { timeout: 20_000 })
      .toBeGreaterThan(before + 20);
    await writer.exec('touch stop');
    await writer.waitForPrompt(prompts);
    expect(await writer.run('seq $(wc -l < log) | cmp - log && echo whole')).toBe('whole');
    expect(await writer.run('[ $(cat acknowledged) -eq $(wc -l < log) ] && echo complete')).toBe('complete');
  });
}
