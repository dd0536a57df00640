// A directory of the real disk as a PathProvider: what pagefs and localfs are to the kernel, with everything that a
// provider can have, so that the file system suite runs over it.

import { constants, promises as fs } from 'node:fs';
import { type Errno, SysError } from '../abi/errno.ts';
import type { PathProvider, PathStat } from '../kernel/fs/pathfs/provider.ts';
import type { Time } from '../kernel/vfs/filesystem.ts';

const guard = async <T>(act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    throw error instanceof SysError ? error : new SysError((error as { code: Errno }).code, String(error));
  }
};

const latin1 = (path: string): Buffer => Buffer.from(path, 'latin1');

export class NodeProvider implements PathProvider {
  private readonly root: string;
  private readonly files = new Map<number, fs.FileHandle>();
  private last = 0;

  constructor(root: string) {
    this.root = root;
  }

  private at(path: string): Buffer {
    return latin1(`${this.root}/${path}`);
  }

  async stat(path: string): Promise<PathStat | undefined> {
    try {
      const { mode, size, mtimeNs } = await fs.lstat(this.at(path), { bigint: true });
      const nsec = ((mtimeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
      const mtime = { sec: Number((mtimeNs - nsec) / 1_000_000_000n), nsec: Number(nsec) };
      return { mode: Number(mode), size: Number(size), mtime };
    } catch (error) {
      const { code } = error as { code: Errno };
      if (code === 'ENOENT') return undefined;
      throw new SysError(code);
    }
  }

  list(path: string): Promise<readonly (readonly [string, number])[]> {
    return guard(async () => {
      const names = await fs.readdir(this.at(path), 'latin1');
      const modes = names.map((name) => this.stat(path === '' ? name : `${path}/${name}`));
      return (await Promise.all(modes)).map((found, i) => [names[i] as string, found?.mode ?? 0] as const);
    });
  }

  open(path: string): Promise<number> {
    return guard(async () => {
      this.files.set(++this.last, await fs.open(this.at(path), constants.O_RDWR));
      return this.last;
    });
  }

  private file(handle: number): fs.FileHandle {
    const file = this.files.get(handle);
    if (file === undefined) throw new SysError('ESTALE');
    return file;
  }

  release(handle: number): void {
    void this.files.get(handle)?.close();
    this.files.delete(handle);
  }

  get openFiles(): number {
    return this.files.size;
  }

  read(handle: number, offset: number, length: number): Promise<Uint8Array> {
    return guard(async () => {
      const { bytesRead, buffer } = await this.file(handle).read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    });
  }

  write(handle: number, offset: number, bytes: Uint8Array): Promise<void> {
    return guard(async () => void (await this.file(handle).write(bytes, 0, bytes.length, offset)));
  }

  truncate(handle: number, size: number): Promise<void> {
    return guard(() => this.file(handle).truncate(size));
  }

  sync(handle: number): Promise<void> {
    return guard(() => this.file(handle).sync());
  }

  create(path: string, mode: number): Promise<void> {
    return guard(async () => {
      await fs.writeFile(this.at(path), '', { flag: 'wx' });
      await fs.chmod(this.at(path), mode);
    });
  }

  mkdir(path: string, mode: number): Promise<void> {
    return guard(async () => {
      await fs.mkdir(this.at(path));
      await fs.chmod(this.at(path), mode);
    });
  }

  unlink(path: string): Promise<void> {
    return guard(() => fs.unlink(this.at(path)));
  }

  rmdir(path: string): Promise<void> {
    return guard(() => fs.rmdir(this.at(path)));
  }

  rename(from: string, to: string): Promise<void> {
    return guard(() => fs.rename(this.at(from), this.at(to)));
  }

  symlink(target: string, path: string): Promise<void> {
    return guard(() => fs.symlink(latin1(target), this.at(path)));
  }

  readlink(path: string): Promise<string> {
    return guard(async () => (await fs.readlink(this.at(path), 'buffer')).toString('latin1'));
  }

  chmod(path: string, mode: number): Promise<void> {
    return guard(() => fs.chmod(this.at(path), mode));
  }

  utimes(path: string, atime: Time | 'now' | undefined, mtime: Time | 'now' | undefined): Promise<void> {
    return guard(async () => {
      const found = await fs.lstat(this.at(path));
      const seconds = (time: Time | 'now' | undefined, kept: number): number =>
        time === undefined ? kept / 1000 : time === 'now' ? Date.now() / 1000 : time.sec + time.nsec / 1e9;
      await fs.lutimes(this.at(path), seconds(atime, found.atimeMs), seconds(mtime, found.mtimeMs));
    });
  }
}
