/** A volume that will not mount: the page says what is wrong with it, and what can be done helps. */
import { inject } from 'vitest';
import { crc32c } from '../src/kernel/storage/crc32c.ts';
import type { Tab } from './harness/browser.ts';
import { expect, test } from './harness/fixtures.ts';
import { Terminal } from './harness/terminal.ts';

const POLL = { timeout: 20_000 };
const TITLE = 'The files of this machine cannot be mounted';
const META = ['meta-a', 'meta-b'] as const;

const text = (tab: Tab, selector: string): Promise<string> =>
  tab.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? '', selector);

const actions = (tab: Tab): Promise<string[]> =>
  tab.evaluate(() => [...document.querySelectorAll('.panel .actions > *')].map((found) => found.textContent ?? ''));

const click = (tab: Tab, label: string): Promise<void> =>
  tab.evaluate((wanted) => {
    const buttons = [...document.querySelectorAll<HTMLElement>('.panel button')];
    buttons.find(({ textContent }) => textContent === wanted)?.click();
  }, label);

/** A page of the same site, without a machine. */
const bare = async (newTab: () => Promise<Tab>): Promise<Tab> => {
  const tab = await newTab();
  await tab.goto(`${inject('siteUrl')}favicon.svg`);
  return tab;
};

/** Bytes of a stored file of a machine, from an offset on. */
const readStored = (tab: Tab, machine: string, name: string, length: number): Promise<number[]> =>
  tab.evaluate(
    async (directory, file, count) => {
      const machines = await (await navigator.storage.getDirectory()).getDirectoryHandle('tabos');
      const handle = await (await machines.getDirectoryHandle(directory)).getFileHandle(file);
      return [...new Uint8Array(await (await handle.getFile()).slice(0, count).arrayBuffer())];
    },
    machine,
    name,
    length,
  );

/** Fails for as long as somebody has the file open. */
const writeStored = async (
  tab: Tab,
  machine: string,
  name: string,
  { offset, bytes }: { readonly offset: number; readonly bytes: readonly number[] },
): Promise<void> => {
  const write = (): Promise<string> =>
    tab.evaluate(
      async (directory, file, position, data) => {
        const machines = await (await navigator.storage.getDirectory()).getDirectoryHandle('tabos');
        const handle = await (await machines.getDirectoryHandle(directory)).getFileHandle(file);
        try {
          const writable = await handle.createWritable({ keepExistingData: true });
          await writable.write({ type: 'write', position, data: new Uint8Array(data) });
          await writable.close();
        } catch (error) {
          return String(error);
        }
        return '';
      },
      machine,
      name,
      offset,
      bytes,
    );
  await expect.poll(write, POLL).toBe('');
};

/** A machine with a file, that has been left. */
const makeMachine = async (openTerminal: () => Promise<Terminal>): Promise<void> => {
  const terminal = await openTerminal();
  await terminal.run('echo before >before; seq 5000 >precious; mkdir -p some/where; echo deep >some/where/file; sync');
  await terminal.tab.close();
};

test('damaged files are checked, saved and repaired', async ({ openTerminal, openPage, newTab, machine }) => {
  await makeMachine(openTerminal);
  const tools = await bare(newTab);
  for (const name of META) {
    const bytes = await readStored(tools, machine, name, 2 ** 20);
    const end = bytes.findLastIndex((byte) => byte !== 0);
    // A byte of what is proven to have been written, somewhere in the first half of it.
    const at = Math.floor(end / 3);
    if (end > 1000) await writeStored(tools, machine, name, { offset: at, bytes: [(bytes[at] ?? 0) ^ 0x55] });
  }
  const tab = await openPage();
  await expect.poll(() => text(tab, '.panel h1'), POLL).toBe(TITLE);
  await tab.evaluate(() => {
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => make(Object.assign(window, { offered: blob }).offered);
  });
  expect(await text(tab, '.panel h2')).toBe('The stored files are damaged');
  expect(await actions(tab)).toEqual([
    'Check',
    'Save what can be read',
    'Repair',
    'Reload',
    'Start a machine that keeps nothing',
  ]);
  expect(await tab.evaluate(() => window.os.ready.then(String, (error: { code: string }) => error.code))).toBe(
    'ERR_VOLUME_DAMAGED',
  );

  await click(tab, 'Check');
  await expect.poll(() => text(tab, '.outcome'), POLL).toContain('The check found');
  expect(await text(tab, '.outcome pre')).not.toBe('');

  await click(tab, 'Save what can be read');
  await expect.poll(() => text(tab, '.outcome'), POLL).toContain('Download the archive');
  const archive = await tab.evaluate(() => (window as unknown as { offered: Blob }).offered.text());
  expect(archive).toContain('precious');
  expect(archive).toContain('\n4999\n5000\n');

  await click(tab, 'Repair');
  await expect.poll(() => text(tab, '.outcome'), POLL).toContain('Repaired');
  await tab.reload();
  const terminal = await Terminal.attach(tab);
  const found =
    'find / -xdev -name precious 2>/dev/null | while read -r file; do seq 5000 | cmp - "$file" && echo whole; done';
  expect(await terminal.run(found)).toBe('whole');
});

test('files of a newer version are left alone', async ({ openTerminal, openPage, newTab, machine }) => {
  await makeMachine(openTerminal);
  const tools = await bare(newTab);
  const before = await Promise.all(META.map((name) => readStored(tools, machine, name, 64)));
  for (const [i, name] of META.entries()) {
    const header = Uint8Array.from(before[i] ?? []);
    if (header.every((byte) => byte === 0)) continue;
    const view = new DataView(header.buffer);
    view.setUint32(8, 99, true);
    view.setUint32(60, crc32c(header.subarray(0, 60)), true);
    await writeStored(tools, machine, name, { offset: 0, bytes: [...header] });
  }
  const tab = await openPage();
  await expect.poll(() => text(tab, '.panel h1'), POLL).toBe(TITLE);
  expect(await text(tab, '.panel h2')).toBe('The files were written by a newer TabOS');
  expect(await text(tab, '.panel .detail')).toContain('99');
  expect(await actions(tab)).toEqual(['Try again', 'Start a machine that keeps nothing']);
  await tab.close();
  for (const [i, name] of META.entries()) {
    await writeStored(tools, machine, name, { offset: 0, bytes: before[i] ?? [] });
  }
  const terminal = await openTerminal();
  expect(await terminal.run('cat before')).toBe('before');
});

test('files that somebody else has open are said to be in use', async ({ openTerminal, openPage, newTab, machine }) => {
  await makeMachine(openTerminal);
  const tools = await bare(newTab);
  const hold = (): Promise<string> =>
    tools.evaluate((directory) => {
      const code = `onmessage = async ({ data }) => {
        try {
          const machines = await (await navigator.storage.getDirectory()).getDirectoryHandle('tabos');
          const file = await (await machines.getDirectoryHandle(data)).getFileHandle('data');
          self.held = await file.createSyncAccessHandle();
          postMessage('held');
        } catch (error) {
          postMessage(String(error));
        }
      };`;
      const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
      Object.assign(window, { worker });
      return new Promise<string>((resolve) => {
        worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
        worker.postMessage(directory);
      });
    }, machine);
  await expect.poll(hold, POLL).toBe('held');
  const tab = await openPage();
  await expect.poll(() => text(tab, '.panel h2'), POLL).toBe('The files are in use');
  expect(await actions(tab)).toEqual(['Try again', 'Start a machine that keeps nothing']);
  await tools.close();
  await tab.reload();
  const terminal = await Terminal.attach(tab);
  expect(await terminal.run('cat before')).toBe('before');
});
