/** Objects of the page, and directories of a disk in memory, as files of the machine. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { browserClock, browserRandom } from '../host/browser-ports.ts';
import type { StationControl } from '../host/control.ts';
import { archivesControl } from '../host/page-archives.ts';
import { filesControl } from '../host/page-files.ts';
import { mountsControl } from '../host/page-mounts.ts';
import { MemoryDisk } from '../testing/memory-directory.ts';
import { memoryVfs } from '../testing/memory-vfs.ts';
import { exportFiles } from './archives.ts';
import { Files } from './files.ts';
import type { FileSystemHandlers } from './handler-files.ts';
import { mountLocalDirectory, mountObject } from './mounts.ts';

let station: StationControl;
let fs: Files;
let log: string[];

beforeEach(async () => {
  log = [];
  const vfs = await memoryVfs();
  station = {
    ...filesControl(vfs, browserRandom),
    ...archivesControl(vfs, browserRandom),
    ...mountsControl({
      vfs,
      clock: browserClock,
      log: (message) => log.push(message),
      keeps: false,
      unmounted: () => undefined,
    }),
  } as StationControl;
  fs = new Files(Promise.resolve(), station);
  return () => expect(log).toEqual([]);
});

const code = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: { code: string }) => error.code,
  );

/** A file system of handlers over a map, where a directory is null. */
const mapHandlers = (
  files: Map<string, string | null>,
): Required<Omit<FileSystemHandlers, 'symlink' | 'readlink' | 'fsync'>> => {
  const bytesOf = (path: string): Uint8Array => new TextEncoder().encode(files.get(path) ?? '');
  const put = (path: string, bytes: Uint8Array): void => void files.set(path, new TextDecoder().decode(bytes));
  const modes = new Map<string, number>();
  const times = new Map<string, Date>();
  return {
    stat: async (path) => {
      const found = files.get(path);
      if (found === undefined) return undefined;
      const size = bytesOf(path).length;
      const mode = modes.get(path) ?? (found === null ? 0o755 : 0o644);
      return { type: found === null ? 'directory' : 'file', size, mode, mtime: times.get(path) ?? 0 };
    },
    readdir: (path) => {
      const prefix = path === '/' ? '/' : `${path}/`;
      return [...files.keys()]
        .filter((p) => p.startsWith(prefix) && !p.slice(prefix.length).includes('/'))
        .map((p) => p.slice(prefix.length));
    },
    read: async (path, { offset, length }) => bytesOf(path).subarray(offset, offset + length),
    write: (path, bytes, { offset }) => {
      const old = bytesOf(path);
      const next = new Uint8Array(Math.max(old.length, offset + bytes.length));
      next.set(old);
      next.set(bytes, offset);
      put(path, next);
    },
    truncate: (path, size) => put(path, bytesOf(path).subarray(0, size)),
    create: (path) => void files.set(path, ''),
    mkdir: (path) => void files.set(path, null),
    unlink: (path) => void files.delete(path),
    rmdir: (path) => void files.delete(path),
    rename: (from, to) => {
      for (const [path, content] of files) {
        if (path !== from && !path.startsWith(`${from}/`)) continue;
        files.delete(path);
        files.set(to + path.slice(from.length), content);
      }
    },
    chmod: (path, mode) => void modes.set(path, mode),
    utimes: (path, _atime, mtime) => void (mtime && times.set(path, mtime)),
  };
};

describe('functions of the page', () => {
  test('read, write, make, move and remove', async () => {
    const files = new Map<string, string | null>([['/hello', 'hello']]);
    const mount = await mountObject(station, mapHandlers(files), { mountPoint: 'page' });
    expect(mount.path).toBe('/home/user/page');
    expect(await fs.readFile('page/hello', 'utf8')).toBe('hello');
    await fs.appendFile('page/hello', ' you');
    expect(files.get('/hello')).toBe('hello you');
    await fs.mkdir('page/a/b', { recursive: true });
    await fs.writeFile('page/a/b/f', 'x'.repeat(10), { mode: 0o600 });
    await fs.truncate('page/a/b/f', 4);
    await fs.rename('page/a', 'page/c');
    expect([...files.keys()].sort()).toEqual(['/c', '/c/b', '/c/b/f', '/hello']);
    await fs.chmod('page/c/b/f', 0o700);
    await fs.utimes('page/c/b/f', 1, 2);
    expect(await fs.stat('page/c/b/f')).toMatchObject({ mode: 0o700, mtimeMs: 2000, size: 4, uid: 1000 });
    expect((await fs.readdir('page')).sort()).toEqual(['c', 'hello']);
    expect(await code(fs.rmdir('page/c'))).toBe('ENOTEMPTY');
    expect(await code(fs.rename('page/hello', 'page/c'))).toBe('EISDIR');
    expect(await code(fs.rename('page/c', 'page/c/b/in'))).toBe('EINVAL');
    expect(await code(fs.writeFile('page/hello', '', { flag: 'wx' }))).toBe('EEXIST');
    expect(await code(fs.symlink('x', 'page/l'))).toBe('EPERM');
    expect(await code(fs.link('page/hello', 'page/l'))).toBe('EPERM');
    expect(await code(fs.rename('page/hello', 'outside'))).toBe('EXDEV');
    await fs.cp('page/c', 'copy', { recursive: true });
    expect(await fs.readFile('copy/b/f', 'utf8')).toBe('xxxx');
    await fs.rm('page/c', { recursive: true });
    expect([...files.keys()]).toEqual(['/hello']);
  });

  test('a mount point that was missing stays; what is mounted twice, or on a file, is refused', async () => {
    const handlers = mapHandlers(new Map());
    const mount = await mountObject(station, handlers, { mountPoint: 'm' });
    expect(await code(mountObject(station, handlers, { mountPoint: 'm' }))).toBe('EBUSY');
    await fs.writeFile('file', '');
    expect(await code(mountObject(station, handlers, { mountPoint: 'file' }))).toBe('ENOTDIR');
    expect(await code(mountObject(station, handlers, { mountPoint: 'no/where' }))).toBe('ENOENT');
    expect(await code(fs.rmdir('m'))).toBe('EBUSY');
    await mount.unmount();
    expect(await code(mount.unmount())).toBe('EINVAL');
    await fs.rmdir('m');
  });

  test('without functions that write it is read-only; a missing function says what cannot be done', async () => {
    const { stat, readdir, read, write, create, truncate } = mapHandlers(new Map([['/f', 'content']]));
    await mountObject(station, { stat, readdir, read }, { mountPoint: 'ro' });
    expect(await code(fs.writeFile('ro/f', ''))).toBe('EROFS');
    expect(await code(fs.mkdir('ro/d'))).toBe('EROFS');
    await mountObject(station, { stat, readdir, read, write, create, truncate }, { mountPoint: 'rw' });
    await fs.writeFile('rw/new', 'x');
    expect(await code(fs.mkdir('rw/d'))).toBe('EPERM');
    expect(await code(fs.rename('rw/f', 'rw/g'))).toBe('EXDEV');
    expect(await code(fs.unlink('rw/f'))).toBe('EPERM');
    await mountObject(station, mapHandlers(new Map()), { mountPoint: 'asked', readOnly: true });
    expect(await code(fs.writeFile('asked/f', ''))).toBe('EROFS');
  });

  test('errors of the functions are those of the guest; a fault is EIO, and is on the console', async () => {
    const shown = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const handlers: FileSystemHandlers = {
      stat: (path) => ({ type: path === '/' ? 'directory' : 'file' }),
      readdir: () => ['a'],
      read: (path) => {
        if (path === '/denied') throw Object.assign(new Error('no'), { code: 'EACCES' });
        if (path === '/odd') return 5 as never;
        throw new Error('a bug of the page');
      },
    };
    await mountObject(station, handlers, { mountPoint: 'm' });
    expect(await code(fs.readFile('m/denied'))).toBe('EACCES');
    expect(await code(fs.readFile('m/bug'))).toBe('EIO');
    expect(await code(fs.readFile('m/odd'))).toBe('EIO');
    expect(shown).toHaveBeenCalledTimes(2);
    shown.mockRestore();
  });

  test('a page that never answers is EIO, and an unmounted one ESTALE', async () => {
    const never = new Promise<never>(() => undefined);
    let dead = false;
    const handlers: FileSystemHandlers = {
      stat: (path) => (path === '/never' || dead ? never : { type: path === '/' ? 'directory' : 'file' }),
      readdir: () => never,
      read: () => never,
    };
    const mount = await mountObject(station, handlers, { mountPoint: 'm', timeoutMs: 20 });
    expect(await code(fs.stat('m/never'))).toBe('EIO');
    expect(await code(fs.readdir('m'))).toBe('EIO');
    expect(await code(fs.readFile('m/f'))).toBe('EIO');
    await mount.unmount();
    expect(await fs.readdir('m')).toEqual([]);
    const slow = await mountObject(station, handlers, { mountPoint: 'm' });
    const reading = code(fs.readFile('m/f'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    // Not even then is the page waited for.
    dead = true;
    await slow.unmount();
    // Of the operation on its way; what comes after it starts again from the path, where nothing is any more.
    expect(['ESTALE', 'ENOENT']).toContain(await reading);
  });

  test('what is no file system is refused', async () => {
    const { stat, readdir } = mapHandlers(new Map());
    expect(await code(mountObject(station, { stat, readdir } as never, { mountPoint: 'm' }))).toBe(
      'ERR_INVALID_ARG_TYPE',
    );
    const odd = { ...mapHandlers(new Map()), raed: () => undefined };
    expect(await code(mountObject(station, odd, { mountPoint: 'm' }))).toBe('ERR_UNKNOWN_OPTION');
    expect(await code(mountObject(station, { a: 'text' } as never, { mountPoint: 'm' }))).toBe('ERR_INVALID_TREE');
    expect(await code(mountObject(station, {}, {} as never))).toBe('ERR_INVALID_ARG_TYPE');
    expect(await code(mountObject(station, {}, { mountPoint: 'm', timeout: 5 } as never))).toBe('ERR_UNKNOWN_OPTION');
    expect(await fs.readdir('.')).toEqual([]);
  });
});

describe('values of the page', () => {
  test('text, bytes, functions and streams are files; changes are seen', async () => {
    let calls = 0;
    const saved: string[] = [];
    const live = {
      text: { file: { contents: 'text' } },
      blob: { file: { contents: new Blob(['blob']) } },
      made: { file: { contents: async () => `call ${++calls}` } },
      stream: { file: { contents: () => new Blob(['x'.repeat(200_000)]).stream() } },
      notes: {
        file: { contents: 'old', write: (bytes: Uint8Array) => void saved.push(new TextDecoder().decode(bytes)) },
      },
      d: { directory: { link: { file: { symlink: '../text' } } } },
    };
    await mountObject(station, live, { mountPoint: 'm' });
    expect((await fs.readdir('m')).sort()).toEqual(['blob', 'd', 'made', 'notes', 'stream', 'text']);
    expect(await fs.readFile('m/d/link', 'utf8')).toBe('text');
    expect(await fs.readFile('m/blob', 'utf8')).toBe('blob');
    expect([await fs.readFile('m/made', 'utf8'), await fs.readFile('m/made', 'utf8')]).toEqual(['call 1', 'call 2']);
    expect((await fs.readFile('m/stream')).length).toBe(200_000);
    live.text = { file: { contents: 'other text' } };
    expect((await fs.stat('m/text')).size).toBe(10);
    await fs.writeFile('m/notes', 'new');
    await fs.appendFile('m/notes', ', and more');
    await vi.waitUntil(() => saved.length === 2);
    expect(saved).toEqual(['new', 'old, and more']);
    expect(await code(fs.writeFile('m/text', ''))).toBe('EACCES');
    expect(await code(fs.writeFile('m/new', ''))).toBe('EACCES');
    expect(await code(fs.unlink('m/text'))).toBe('EACCES');
  });
});

describe.each([true, false])('a directory of the disk (files can be moved: %s)', (movable) => {
  test('is read and written', async () => {
    const disk = new MemoryDisk(movable);
    const mount = await mountLocalDirectory(station, disk.root, { mountPoint: 'disk' });
    await fs.writeFile('disk/a', 'one');
    await fs.appendFile('disk/a', ' two');
    expect(await fs.readFile('disk/a', 'utf8')).toBe('one two');
    await fs.mkdir('disk/d/e', { recursive: true });
    await fs.writeFile('disk/d/e/f', 'x'.repeat(3_000_000));
    await fs.rename('disk/a', 'disk/d/b');
    await fs.rename('disk/d', 'disk/moved');
    expect(await fs.readFile('disk/moved/b', 'utf8')).toBe('one two');
    expect((await fs.stat('disk/moved/e/f')).size).toBe(3_000_000);
    await fs.writeFile('disk/c', 'replaced');
    await fs.rename('disk/moved/b', 'disk/c');
    expect(await fs.readFile('disk/c', 'utf8')).toBe('one two');
    await fs.truncate('disk/c', 3);
    await fs.utimes('disk/c', new Date(), new Date()).catch(() => undefined);
    expect(await fs.readFile('disk/c', 'utf8')).toBe('one');
    expect(await exportFiles(station, 'disk', { includes: ['c'] })).toEqual({ c: { file: { contents: 'one' } } });
    await fs.rm('disk/moved', { recursive: true });
    expect(await fs.readdir('disk')).toEqual(['c']);
    await mount.unmount();
    expect(await fs.readdir('disk')).toEqual([]);
    expect(await (await (await disk.root.getFileHandle('c')).getFile()).text()).toBe('one');
  });

  test('has its limits, each with its error', async () => {
    const disk = new MemoryDisk(movable);
    await mountLocalDirectory(station, disk.root, { mountPoint: 'disk' });
    await fs.writeFile('disk/f', '');
    expect(await code(fs.symlink('f', 'disk/l'))).toBe('EPERM');
    expect(await code(fs.link('disk/f', 'disk/l'))).toBe('EPERM');
    expect(await code(fs.chmod('disk/f', 0o755))).toBe('EPERM');
    await fs.chmod('disk/f', 0o644);
    expect(await code(fs.utimes('disk/f', 1, 2))).toBe('EPERM');
    expect(await code(fs.writeFile('disk/a:b', ''))).toBe('EINVAL');
    expect(await code(fs.rmdir('disk/f'))).toBe('ENOTDIR');
    expect(await code(fs.readdir('disk/f'))).toBe('ENOTDIR');
    expect(await code(fs.stat('disk/none/x'))).toBe('ENOENT');
    await mountLocalDirectory(station, disk.root, { mountPoint: 'again', mode: 'read' });
    expect(await code(fs.writeFile('again/f', ''))).toBe('EROFS');
  });

  test('without permission it is EACCES, until there is permission again', async () => {
    const disk = new MemoryDisk(movable);
    await mountLocalDirectory(station, disk.root, { mountPoint: 'disk' });
    await fs.writeFile('disk/f', 'kept');
    disk.permitted = false;
    expect(await code(fs.readFile('disk/f'))).toBe('EACCES');
    expect(await code(fs.writeFile('disk/f', 'lost'))).toBe('EACCES');
    expect(await code(fs.readdir('disk'))).toBe('EACCES');
    disk.permitted = true;
    expect(await fs.readFile('disk/f', 'utf8')).toBe('kept');
  });
});

test('a browser that cannot ask for a directory, and a user who gives none', async () => {
  const none = mountLocalDirectory(station, undefined, { mountPoint: 'disk' });
  await expect(none).rejects.toMatchObject({ name: 'TabOSError', code: 'ERR_UNSUPPORTED' });
  const denied = Object.assign(new MemoryDisk(true).root, {
    queryPermission: async () => 'prompt',
    requestPermission: async () => 'denied',
  });
  expect(await code(mountLocalDirectory(station, denied, { mountPoint: 'disk' }))).toBe('ERR_PERMISSION');
  expect(await code(mountLocalDirectory(station, 5 as never, { mountPoint: 'disk' }))).toBe('ERR_INVALID_ARG_TYPE');
  expect(await fs.readdir('.')).toEqual([]);
});
