/** `os.mount` and `os.export` on a file system in memory, with zip and unzip of the system as the control. */
import { execFile } from 'node:child_process';
import { promises as node } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { browserRandom } from '../host/browser-ports.ts';
import type { StationControl } from '../host/control.ts';
import { archivesControl } from '../host/page-archives.ts';
import { filesControl } from '../host/page-files.ts';
import { memoryVfs } from '../testing/memory-vfs.ts';
import { exportFiles, mount } from './archives.ts';
import type { FileSystemTree } from './file-tree.ts';
import { Files } from './files.ts';

const run = promisify(execFile);
const folder = await node.mkdtemp(path.join(tmpdir(), 'tabos-zip-'));
afterAll(() => node.rm(folder, { recursive: true }));

let station: StationControl;
let fs: Files;

const boot = async (room?: number): Promise<void> => {
  const vfs = await memoryVfs(room);
  station = { ...filesControl(vfs, browserRandom), ...archivesControl(vfs, browserRandom) } as StationControl;
  fs = new Files(Promise.resolve(), station);
};
beforeEach(() => boot());

const asBytes = async (stream: unknown): Promise<Uint8Array> =>
  new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());

const browserNoise = (length: number): Uint8Array => {
  const noise = new Uint8Array(length);
  browserRandom.fill(noise);
  return noise;
};

const streamOf = (chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> =>
  Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>;

const TREE: FileSystemTree = {
  'package.json': { file: { contents: '{}' } },
  'run.sh': { file: { contents: '#!/bin/sh\n', mode: 0o755 } },
  bytes: { file: { contents: new Uint8Array([0, 255, 128]) } },
  grüße: { file: { contents: 'ü' } },
  src: { directory: { 'index.js': { file: { contents: 'x'.repeat(100_000) } }, empty: { directory: {} } } },
  link: { file: { symlink: 'src/index.js' } },
  __proto__x: { file: { contents: '' } },
};

describe('trees', () => {
  test('a tree goes in and comes out', async () => {
    await mount(station, TREE, { mountPoint: '/home/user/project' });
    expect(await fs.readFile('project/src/index.js', 'utf8')).toBe('x'.repeat(100_000));
    expect(await fs.readlink('project/link')).toBe('src/index.js');
    expect((await fs.stat('project/run.sh')).mode).toBe(0o755);
    expect(await exportFiles(station, 'project', undefined)).toEqual(TREE);
    const part = await exportFiles(station, 'project', { includes: ['*.json', 'src/**'], excludes: ['**'] });
    expect(part).toEqual({ 'package.json': TREE['package.json'], src: TREE['src'] });
  });

  test('with metadata it keeps modes, times and hard links', async () => {
    const tree: FileSystemTree = {
      d: { directory: { b: { file: { link: 'a' } } }, mode: 0o555, mtime: 1000 },
      a: { file: { contents: 'a', mode: 0o600, mtime: 2000.5 } },
      l: { file: { symlink: 'a', mtime: 3000 } },
    };
    await mount(station, tree, { mountPoint: 'x' });
    expect([(await fs.stat('x/a')).nlink, (await fs.stat('x/d')).mtimeMs]).toEqual([2, 1000]);
    await mount(station, (await exportFiles(station, 'x', { metadata: true })) as FileSystemTree, { mountPoint: 'y' });
    expect(await exportFiles(station, 'y', { metadata: true })).toEqual(
      await exportFiles(station, 'x', { metadata: true }),
    );
    expect((await fs.stat('y/a')).nlink).toBe(2);
    const plain = (await exportFiles(station, 'x', {})) as { d: { directory: { b: unknown } } };
    expect(plain.d.directory.b).toEqual({ file: { contents: 'a', mode: 0o600 } });
  });

  test.each<[string, unknown, string]>([
    ['a text for a node', { a: 'text' }, "'a'"],
    ['neither file nor directory', { d: { directory: { a: {} } } }, "'d/a'"],
    ['both', { a: { file: { contents: '' }, directory: {} } }, "'a'"],
    ['contents of no kind', { a: { file: { contents: 5 } } }, "'a'"],
    ['an unknown key', { a: { file: { contents: '', mod: 1 } } }, "'a'"],
    ['a slash in a name', { 'a/b': { file: { contents: '' } } }, "'a/b'"],
    ['a way out', { '..': { directory: {} } }, "'..'"],
    ['a mode that is none', { a: { file: { contents: '', mode: 0o17777 } } }, "'a'"],
    ['an array', { a: { directory: [] } }, "'a'"],
  ])('a wrong shape is refused before anything is written: %s', async (_what, tree, where) => {
    const good = { first: { file: { contents: 'x' } } };
    const error = await mount(station, { ...good, ...(tree as object) }, { mountPoint: 'new' }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ name: 'TabOSError', code: 'ERR_INVALID_TREE' });
    expect((error as Error).message).toContain(where);
    expect(await fs.readdir('.')).toEqual([]);
  });

  test('a tree that contains itself, options that do not exist, and what is no tree', async () => {
    const loop: FileSystemTree = {};
    loop['in'] = { directory: loop };
    await expect(mount(station, loop, {})).rejects.toMatchObject({ code: 'ERR_INVALID_TREE' });
    await expect(mount(station, {}, { mountpoint: 'x' } as object)).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_OPTION',
    });
    await expect(mount(station, 'x' as never, {})).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    await expect(exportFiles(station, '.', { format: 'rar' as never })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
    });
    await expect(exportFiles(station, '.', { includes: '*' as never })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    await expect(exportFiles(station, 'none', { format: 'tar' })).rejects.toMatchObject({
      code: 'ENOENT',
      path: 'none',
    });
    expect(await fs.readdir('.')).toEqual([]);
  });

  test('errors of the system name the file', async () => {
    await fs.writeFile('file', '');
    const into = mount(station, { file: { directory: {} } }, undefined);
    await expect(into).rejects.toMatchObject({ code: 'ENOTDIR', path: '/home/user/file' });
    await expect(mount(station, {}, { mountPoint: 'file/x' })).rejects.toMatchObject({ code: 'ENOTDIR' });
    await boot(50_000);
    await expect(mount(station, TREE, {})).rejects.toMatchObject({ code: 'ENOSPC', path: '/home/user/src/index.js' });
    expect(await fs.readdir('.')).toEqual([]);
  });
});

describe('archives', () => {
  test.each(['tar', 'tar.gz', 'zip', 'binary'] as const)('a round trip as %s', async (format) => {
    await mount(station, TREE, { mountPoint: 'a' });
    await fs.utimes('a/src', 1, 2);
    const out = await exportFiles(station, 'a', { format });
    const bytes = out instanceof Uint8Array ? out : await asBytes(out);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) =>
      bytes.slice(i * 1000, i * 1000 + 1000),
    );
    const sources = [
      bytes,
      bytes.buffer as ArrayBuffer,
      new Blob([bytes as Uint8Array<ArrayBuffer>]),
      streamOf(chunks),
      new Response(bytes as Uint8Array<ArrayBuffer>),
    ];
    for (const [index, source] of sources.entries()) {
      await mount(station, source as Blob, { mountPoint: `b${index}` });
      expect(await exportFiles(station, `b${index}`, {})).toEqual(TREE);
      expect((await fs.stat(`b${index}/src`)).mtimeMs).toBe(2000);
    }
  });

  test('unzip reads what is zipped here', async () => {
    await mount(station, TREE, { mountPoint: 'a' });
    await fs.utimes('a/run.sh', 5, 86_400 * 365 * 20);
    await node.writeFile(`${folder}/out.zip`, await asBytes(await exportFiles(station, 'a', { format: 'zip' })));
    await run('unzip', ['-q', `${folder}/out.zip`, '-d', `${folder}/out`]);
    expect(await node.readFile(`${folder}/out/src/index.js`, 'utf8')).toBe('x'.repeat(100_000));
    expect(await node.readlink(`${folder}/out/link`)).toBe('src/index.js');
    expect(await node.readFile(`${folder}/out/grüße`, 'utf8')).toBe('ü');
    const { mode, mtimeMs } = await node.stat(`${folder}/out/run.sh`);
    expect([mode & 0o777, mtimeMs]).toEqual([0o755, 86_400_000 * 365 * 20]);
    await run('unzip', ['-t', `${folder}/out.zip`]);
  });

  test('what zip packs is read here, deflated and stored, and over a pipe', async () => {
    await node.mkdir(`${folder}/in/d`, { recursive: true });
    await node.writeFile(`${folder}/in/d/f`, 'y'.repeat(300_000), { mode: 0o640 });
    await node.symlink('d/f', `${folder}/in/l`);
    const packs = ['zip -qry ../in0.zip .', 'zip -qry0 ../in1.zip .', 'zip -qr - d | cat > ../in2.zip'];
    for (const [i, command] of packs.entries()) {
      await run('sh', ['-c', command], { cwd: `${folder}/in` });
      await mount(station, await node.readFile(`${folder}/in${i}.zip`), { mountPoint: `z${i}` });
      expect(await fs.readFile(`z${i}/d/f`, 'utf8')).toBe('y'.repeat(300_000));
      expect((await fs.stat(`z${i}/d/f`)).mode).toBe(0o640);
      // zip puts no links into a pipe.
      if (i < 2) expect(await fs.readlink(`z${i}/l`)).toBe('d/f');
    }
  });

  test('broken archives are refused, and leave nothing', async () => {
    const noise = browserNoise(200_000);
    await mount(station, { noise: { file: { contents: noise } }, ...TREE }, { mountPoint: 'a' });
    const archives = await Promise.all(
      (['tar', 'tar.gz', 'zip'] as const).map(async (format) => asBytes(await exportFiles(station, 'a', { format }))),
    );
    const before = await fs.readdir('.');
    const refuse = async (bytes: Uint8Array): Promise<void> => {
      await expect(mount(station, bytes, { mountPoint: 'b' })).rejects.toMatchObject({
        name: 'TabOSError',
        code: 'ERR_ARCHIVE',
      });
      expect(await fs.readdir('.')).toEqual(before);
    };
    await refuse(new Uint8Array(0));
    await refuse(new TextEncoder().encode('certainly no archive '.repeat(100)));
    for (const bytes of archives) {
      await refuse(bytes.subarray(0, Math.floor(bytes.length / 2)));
      await refuse(bytes.subarray(0, 20));
    }
    for (const bytes of archives.slice(1)) {
      const flipped = bytes.slice();
      const at = Math.floor(bytes.length * 0.4);
      flipped[at] = (flipped[at] ?? 0) ^ 0x55;
      await refuse(flipped);
    }
  });

  test('a source that fails in the middle is told, and leaves nothing', async () => {
    await mount(station, TREE, { mountPoint: 'a' });
    const bytes = await asBytes(await exportFiles(station, 'a', { format: 'tar' }));
    const failing = streamOf(
      (async function* () {
        yield bytes.slice(0, 5000);
        throw new Error('the network is gone');
      })(),
    );
    await expect(mount(station, failing as ReadableStream<Uint8Array>, { mountPoint: 'b' })).rejects.toThrow(
      'the network is gone',
    );
    expect(await fs.readdir('.')).toEqual(['a']);
  });

  test('a stream is made as it is read, and not at all when it is not', async () => {
    const chunk = new Uint8Array(1 << 20).fill(1);
    await fs.writeFile('big', chunk);
    for (let i = 0; i < 5; i++) await fs.appendFile('big', chunk);
    const stream = (await exportFiles(station, 'big', { format: 'tar' })) as ReadableStream<Uint8Array>;
    const reader = stream.getReader();
    let total = (await reader.read()).value?.length ?? 0;
    // While nobody reads: the file changes, and the part that has not been read yet shows it.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await fs.writeFile('big', new Uint8Array(6 << 20));
    let ones = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      total += value.length;
      ones += value.filter((byte) => byte === 1).length;
    }
    expect(total).toBe((6 << 20) + 512 + 512 * 2 + 1024);
    expect(ones).toBeLessThan(1 << 20);
    const second = (await exportFiles(station, 'big', { format: 'tar.gz' })) as ReadableStream<Uint8Array>;
    await second.cancel();
  });
});
