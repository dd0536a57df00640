/** `os.fs.watch` and `os.snapshots` on a whole machine in Node: programs make the changes. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { NodeMachine } from '../testing/node-machine.ts';
import { Files } from './files.ts';
import { Snapshots } from './snapshots.ts';

let machine: NodeMachine;
let fs: Files;
let snapshots: Snapshots;

beforeAll(async () => {
  machine = await NodeMachine.boot();
  fs = new Files(Promise.resolve(), machine.control);
  snapshots = new Snapshots(Promise.resolve(), machine.control);
}, 60_000);
afterAll(() => machine.stop());
beforeEach(async () => {
  await fs.rm('w', { recursive: true, force: true });
  await fs.mkdir('w/d', { recursive: true });
});

test('a watch tells what programs and the page do', async () => {
  const seen = new Set<string>();
  const watcher = fs.watch('w', (type, name) => void seen.add(`${type} ${name}`));
  await watcher.ready;
  await machine.exec('echo x > w/a; mv w/a w/b; chmod 600 w/b; echo y > w/d/deep');
  await fs.writeFile('w/page', 'z');
  await vi.waitUntil(() => seen.has('change page'));
  expect([...seen].sort()).toEqual(['change a', 'change b', 'change page', 'rename a', 'rename b', 'rename page']);
  watcher.close();
  await fs.writeFile('w/later', '');
  await fs.stat('w');
  expect(seen.has('rename later')).toBe(false);
});

test('a watch of a tree tells of directories that come', async () => {
  const seen = new Set<string>();
  const watcher = fs.watch('w', { recursive: true }, (type, name) => void seen.add(`${type} ${name}`));
  await watcher.ready;
  await machine.exec('mkdir -p w/d/e/f; echo x > w/d/e/f/g; echo x >> w/d/old');
  await vi.waitUntil(() => seen.has('rename d/e/f/g') && seen.has('change d/old'));
  await machine.exec('echo more >> w/d/e/f/g; rm w/d/old');
  await vi.waitUntil(() => seen.has('change d/e/f/g'));
  expect(seen.has('rename d/e')).toBe(true);
  watcher.close();
});

test('a watch of a file, and of nothing', async () => {
  await fs.writeFile('w/f', '');
  const seen: string[] = [];
  const watcher = fs.watch('w/f', (type, name) => void seen.push(`${type} ${name}`));
  await watcher.ready;
  await fs.writeFile('w/f', 'x');
  await vi.waitUntil(() => seen.includes('change f'));
  watcher.close();
  const none = fs.watch('w/none', () => undefined);
  await expect(none.ready).rejects.toMatchObject({ code: 'ENOENT', syscall: 'watch', path: 'w/none' });
  expect(() => fs.watch('w', { recursively: true } as never, () => undefined)).toThrow(/no option 'recursively'/);
  expect(() => fs.watch('w', 5 as never)).toThrow(/listener must be a function/);
});

test('a snapshot is made, listed, gone back to and removed', async () => {
  await fs.writeFile('w/f', 'before');
  const made = await snapshots.create('first');
  expect(Math.abs(made.created.getTime() - Date.now())).toBeLessThan(60_000);
  await machine.exec('echo after > w/f; rm -r w/d; echo new > w/new');
  await snapshots.create('second');
  expect((await snapshots.list()).map(({ name }) => name)).toEqual(['first', 'second']);
  await snapshots.rollback('first');
  expect((await machine.exec('cat w/f; ls w')).stdout).toBe('befored\nf\n');
  await snapshots.rollback('second');
  expect((await machine.exec('cat w/f; ls w')).stdout).toBe('after\nf\nnew\n');
  await expect(snapshots.create('first')).rejects.toMatchObject({ code: 'EEXIST', path: 'first' });
  await expect(snapshots.rollback('none')).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(snapshots.create('a/b')).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(snapshots.delete(5 as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  for (const { name } of await snapshots.list()) await snapshots.delete(name);
  expect(await snapshots.list()).toEqual([]);
});
