/** How well files are kept: asked for once, and told by df, by /proc/mounts and by the interface. */
import { expect, test } from './harness/fixtures.ts';

test('the browser is asked to keep the files when the first line is entered, once', async ({
  newTab,
  openTerminal,
}) => {
  const asked = 'keep-asked';
  const terminal = await openTerminal();
  await terminal.tab.evaluate((name) => {
    const count = Object.assign(window, { [name]: 0 }) as unknown as Record<string, number>;
    StorageManager.prototype.persist = () => {
      count[name] = (count[name] ?? 0) + 1;
      return Promise.resolve(false);
    };
  }, asked);
  const calls = () => terminal.tab.evaluate((name) => (window as unknown as Record<string, number>)[name], asked);
  await terminal.type('echo not yet');
  expect(await calls()).toBe(0);
  await terminal.waitForScreen('echo not yet');
  await terminal.run('');
  await expect.poll(calls).toBe(1);
  await terminal.run('echo again');
  expect(await calls()).toBe(1);
  // Whoever has said no is not asked again.
  const other = await newTab();
  await other.goto(await terminal.tab.evaluate(() => location.href));
  expect(await other.evaluate(() => localStorage.getItem('tabos:asked-to-keep'))).toBe('yes');
});

test('df, /proc/mounts and the interface tell how well files are kept', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const { persisted, usage = 0 } = await terminal.tab.evaluate(() => window.os.storage());
  const source = persisted ? 'opfs:persistent' : 'opfs:best-effort';
  expect(usage).toBeGreaterThan(0);
  expect(await terminal.run("df -h / | awk 'NR == 2 { print $1 }'")).toBe(source);
  expect(await terminal.run('awk \'$2 == "/" { print $1 }\' /proc/mounts')).toBe(source);
  const ephemeral = await openTerminal({ ephemeral: true });
  expect(await ephemeral.run("df / | awk 'NR == 2 { print $1 }'")).toBe('memory');
});
