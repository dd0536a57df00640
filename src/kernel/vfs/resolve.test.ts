// What looking a path up asks of a file system: a remote one answers each question by two messages.

import { describe, expect, test } from 'vitest';
import { SysError } from '../../abi/errno.ts';
import { O } from '../../abi/file.ts';
import { TabFs } from '../fs/tabfs/tabfs.ts';
import { Volume } from '../fs/tabfs/volume.ts';
import type { Caller, Ino, Walk } from './filesystem.ts';
import type { Awaitable } from './flow.ts';
import { type Context, Vfs } from './vfs.ts';

class CountingFs extends TabFs {
  walks = 0;
  stale = 0;
  late = false;

  // A local file system answers at once; this one also plays one that does not.
  override walk(dir: Ino, names: readonly string[], open: boolean, caller?: Caller): Walk {
    this.walks++;
    const answer = (): Walk => {
      if (this.stale-- > 0) throw new SysError('ESTALE');
      return (super.walk as (...args: unknown[]) => Walk)(dir, names, open, caller);
    };
    if (!this.late) return answer();
    const promise: Awaitable<Walk> = Promise.resolve().then(answer);
    return promise as unknown as Walk;
  }
}

const make = async () => {
  const fs = new CountingFs(Volume.inMemory({ now: () => 0 }), 'root');
  const vfs = new Vfs(fs);
  const ctx: Context = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [] }, umask: 0 };
  const at = vfs.root;
  await vfs.mkdir(ctx, at, '/a', 0o755);
  await vfs.mkdir(ctx, at, '/a/b', 0o755);
  (await vfs.open(ctx, at, '/a/b/file', O.CREAT | O.RDWR, 0o644)).node.release();
  await vfs.symlink(ctx, 'b', at, '/a/link');
  const walksOf = async (act: () => Awaitable<unknown>): Promise<number> => {
    fs.walks = 0;
    await act();
    return fs.walks;
  };
  return { fs, vfs, ctx, at, walksOf };
};

describe.each([false, true])('a file system that answers late: %s', (late) => {
  test('is asked once for a path of names', async () => {
    const { fs, vfs, ctx, at, walksOf } = await make();
    fs.late = late;
    expect(await walksOf(() => vfs.stat(ctx, at, '/a/b/file', 0))).toBe(1);
    expect(await walksOf(() => vfs.stat(ctx, at, 'a//b/', 0))).toBe(1);
    expect(await walksOf(async () => (await vfs.open(ctx, at, '/a/b/file', O.RDONLY, 0)).node.release())).toBe(1);
  });

  test('is asked once for what does not exist, or is no directory', async () => {
    const { fs, vfs, ctx, at, walksOf } = await make();
    fs.late = late;
    const errno = (path: string): Promise<string> =>
      (async () => vfs.stat(ctx, at, path, 0))().then(
        () => 'none',
        (error: unknown) => (error as SysError).errno,
      );
    for (const [path, expected] of [
      ['/a/no', 'ENOENT'],
      ['/a/no/file', 'ENOENT'],
      ['/a/b/file/x', 'ENOTDIR'],
      ['/a/b/file/', 'ENOTDIR'],
      [`/a/${'n'.repeat(256)}`, 'ENAMETOOLONG'],
    ] as const) {
      expect(await walksOf(async () => expect(await errno(path)).toBe(expected))).toBe(1);
    }
  });

  test('is asked again behind a link', async () => {
    const { fs, vfs, ctx, at, walksOf } = await make();
    fs.late = late;
    expect(await walksOf(() => vfs.stat(ctx, at, '/a/link/file', 0))).toBe(2);
  });

  test('is asked again when what it has found has vanished', async () => {
    const { fs, vfs, ctx, at } = await make();
    fs.late = late;
    const { ino } = await vfs.stat(ctx, at, '/a/b/file', 0);
    fs.stale = 2;
    expect((await vfs.stat(ctx, at, '/a/b/file', 0)).ino).toBe(ino);
    fs.stale = 2;
    expect((await vfs.open(ctx, at, '/a/b/file', O.RDONLY, 0)).attributes.ino).toBe(ino);
  });
});
