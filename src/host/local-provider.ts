// localfs: a directory of the user's disk, by the File System Access API (https://wicg.github.io/file-system-access/,
// https://fs.spec.whatwg.org/). An OPFS directory has the same interface.
//
// What it has not: modes (everything may be read and written, nothing executed by mode alone: 0o755 and 0o644), links,
// times that can be set (only `touch` to now, by writing nothing). A writer is a copy that takes the file's place when it
// is closed, so one is kept per file while the file is open, and closed before the file is looked at or read.
// Without permission everything is EACCES, until the page has it again.

import { type Errno, SysError } from '../abi/errno.ts';
import { S } from '../abi/file.ts';
import { fromText, toText } from '../base/bytes.ts';
import type { PathProvider, PathStat } from '../kernel/fs/pathfs/provider.ts';
import type { Log } from '../kernel/ports.ts';
import type { Time } from '../kernel/vfs/filesystem.ts';

const DIRECTORY_MODE = S.IFDIR | 0o755;
const FILE_MODE = S.IFREG | 0o644;
const COPY_CHUNK = 1 << 20;

/** Names of DOMExceptions that the API throws. */
const ERRNOS: Readonly<Record<string, Errno>> = {
  NotAllowedError: 'EACCES',
  SecurityError: 'EACCES',
  NoModificationAllowedError: 'EBUSY',
  InvalidModificationError: 'ENOTEMPTY',
  NotFoundError: 'ENOENT',
  TypeMismatchError: 'ENOTDIR',
  QuotaExceededError: 'ENOSPC',
  InvalidStateError: 'EIO',
  AbortError: 'EIO',
  // A name that the disk's own system does not take.
  TypeError: 'EINVAL',
};

const translated = (error: unknown): unknown => {
  if (error instanceof SysError) return error;
  const { name = '', message = '' } = error as { name?: string; message?: string };
  return new SysError(ERRNOS[name] ?? 'EIO', message);
};

const guard = async <T>(act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    throw translated(error);
  }
};

/** In Chromium, not in the standard yet. */
interface Movable {
  move?(parent: FileSystemDirectoryHandle, name: string): Promise<void>;
}

/** An asynchronous iteration that not every version of the types has. */
type Entries = AsyncIterable<readonly [string, FileSystemHandle]>;

interface OpenFile {
  readonly path: string;
  readonly handle: FileSystemFileHandle;
  /** The copy that is being written, and how long it is. */
  writer: FileSystemWritableFileStream | undefined;
  size: number;
}

const timeOf = (ms: number): Time => {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.floor((ms - sec * 1000) * 1e6) };
};

const name = (bytes: string): string => {
  const text = toText(bytes);
  if (fromText(text) !== bytes) throw new SysError('EILSEQ');
  return text;
};

const split = (path: string): [parent: string, name: string] => {
  const slash = path.lastIndexOf('/');
  return [slash < 0 ? '' : path.slice(0, slash), path.slice(slash + 1)];
};

export class LocalProvider implements PathProvider {
  private readonly root: FileSystemDirectoryHandle;
  private readonly log: Log;
  private readonly files = new Map<number, OpenFile>();
  private lastHandle = 0;
  private closed = false;
  /** What is still being written of files that are closed already, by path. */
  private readonly closing = new Map<string, Promise<void>>();

  constructor(root: FileSystemDirectoryHandle, log: Log) {
    this.root = root;
    this.log = log;
  }

  /** Write out what is open; from then on everything is ESTALE. */
  close(): void {
    this.closed = true;
    for (const handle of this.files.keys()) this.release(handle);
  }

  private async directory(path: string): Promise<FileSystemDirectoryHandle> {
    if (this.closed) throw new SysError('ESTALE');
    let at = this.root;
    for (const part of path.split('/')) if (part !== '') at = await at.getDirectoryHandle(name(part));
    return at;
  }

  /** The directory or file of a path; undefined when there is nothing. */
  private async find(path: string): Promise<FileSystemDirectoryHandle | FileSystemFileHandle | undefined> {
    const [parent, last] = split(path);
    const directory = await this.directory(parent);
    if (last === '') return directory;
    try {
      return await directory.getFileHandle(name(last));
    } catch (error) {
      const { name: kind } = error as { name?: string };
      if (kind === 'NotFoundError') return undefined;
      if (kind !== 'TypeMismatchError') throw error;
      return await directory.getDirectoryHandle(name(last));
    }
  }

  stat(path: string): Promise<PathStat | undefined> {
    return guard(async () => {
      let found: FileSystemDirectoryHandle | FileSystemFileHandle | undefined;
      try {
        found = await this.find(path);
      } catch (error) {
        const errno = (translated(error) as SysError).errno;
        // A directory on the way has gone, or its name is one that cannot be.
        if (errno === 'ENOENT' || errno === 'EINVAL') return undefined;
        throw error;
      }
      if (found === undefined) return undefined;
      if (found.kind === 'directory') return { mode: DIRECTORY_MODE, size: 0, mtime: { sec: 0, nsec: 0 } };
      await this.closing.get(path);
      const writing = [...this.files.values()].find((file) => file.path === path && file.writer !== undefined);
      const { size, lastModified } = await found.getFile();
      return { mode: FILE_MODE, size: writing?.size ?? size, mtime: timeOf(lastModified) };
    });
  }

  list(path: string): Promise<readonly (readonly [string, number])[]> {
    return guard(async () => {
      const names: [string, number][] = [];
      for await (const [text, handle] of (await this.directory(path)) as unknown as Entries) {
        names.push([fromText(text), handle.kind === 'directory' ? DIRECTORY_MODE : FILE_MODE]);
      }
      return names;
    });
  }

  open(path: string): Promise<number> {
    return guard(async () => {
      const [parent, last] = split(path);
      const handle = await (await this.directory(parent)).getFileHandle(name(last));
      this.files.set(++this.lastHandle, { path, handle, writer: undefined, size: 0 });
      return this.lastHandle;
    });
  }

  private file(handle: number): OpenFile {
    const file = this.files.get(handle);
    if (file === undefined || this.closed) throw new SysError('ESTALE');
    return file;
  }

  release(handle: number): void {
    const file = this.files.get(handle);
    this.files.delete(handle);
    if (file?.writer === undefined) return;
    const done = this.finish(file).catch((error: unknown) =>
      this.log(`what was written to ${file.path} is lost: ${String(error)}`),
    );
    this.closing.set(file.path, done);
    void done.then(() => this.closing.delete(file.path));
  }

  /** Put the copy that is being written in the file's place. */
  private async finish(file: OpenFile): Promise<void> {
    const { writer } = file;
    file.writer = undefined;
    await writer?.close();
  }

  private async writer(file: OpenFile): Promise<FileSystemWritableFileStream> {
    if (file.writer === undefined) {
      await this.closing.get(file.path);
      file.size = (await file.handle.getFile()).size;
      file.writer = await file.handle.createWritable({ keepExistingData: true });
    }
    return file.writer;
  }

  read(handle: number, offset: number, length: number): Promise<Uint8Array> {
    return guard(async () => {
      const file = this.file(handle);
      await this.closing.get(file.path);
      await this.finish(file);
      const content = await file.handle.getFile();
      return new Uint8Array(await content.slice(offset, offset + length).arrayBuffer());
    });
  }

  write(handle: number, offset: number, bytes: Uint8Array): Promise<void> {
    return guard(async () => {
      const file = this.file(handle);
      const writer = await this.writer(file);
      // A gap is zeros on disk only when it is asked for.
      if (offset > file.size) await writer.truncate(offset);
      await writer.write({ type: 'write', position: offset, data: new Uint8Array(bytes) });
      file.size = Math.max(file.size, offset + bytes.length);
    });
  }

  truncate(handle: number, size: number): Promise<void> {
    return guard(async () => {
      const file = this.file(handle);
      await (await this.writer(file)).truncate(size);
      file.size = size;
    });
  }

  sync(handle: number): Promise<void> {
    return guard(async () => this.finish(this.file(handle)));
  }

  create(path: string): Promise<void> {
    return guard(async () => {
      const [parent, last] = split(path);
      await (await this.directory(parent)).getFileHandle(name(last), { create: true });
    });
  }

  mkdir(path: string): Promise<void> {
    return guard(async () => {
      const [parent, last] = split(path);
      await (await this.directory(parent)).getDirectoryHandle(name(last), { create: true });
    });
  }

  unlink(path: string): Promise<void> {
    return guard(async () => {
      await this.settle(path);
      const [parent, last] = split(path);
      await (await this.directory(parent)).removeEntry(name(last));
    });
  }

  rmdir(path: string): Promise<void> {
    return this.unlink(path);
  }

  /** Nothing at or below a path is being written any more. */
  private async settle(path: string): Promise<void> {
    for (const file of this.files.values()) {
      if (file.path === path || file.path.startsWith(`${path}/`)) await this.finish(file);
    }
    for (const [at, done] of this.closing) if (at === path || at.startsWith(`${path}/`)) await done;
  }

  rename(from: string, to: string): Promise<void> {
    return guard(async () => {
      await this.settle(from);
      await this.settle(to);
      const found = await this.find(from);
      if (found === undefined) throw new SysError('ENOENT');
      const [parent, last] = split(to);
      const target = await this.directory(parent);
      if (await this.moved(found, target, name(last), to)) return;
      if (found.kind === 'directory') await this.copyDirectory(found, target, name(last));
      else await this.copyFile(found, target, name(last));
      const [oldParent, oldLast] = split(from);
      await (await this.directory(oldParent)).removeEntry(name(oldLast), { recursive: true });
    });
  }

  /** By the browser in one step, where it can. */
  private async moved(
    found: FileSystemHandle & Movable,
    target: FileSystemDirectoryHandle,
    text: string,
    to: string,
  ): Promise<boolean> {
    if (typeof found.move !== 'function') return false;
    const replaced = await this.find(to);
    try {
      // An empty directory is in the way of another; a file is replaced.
      if (replaced?.kind === 'directory') await target.removeEntry(text);
      await found.move(target, text);
      return true;
    } catch (error) {
      if ((error as { name?: string }).name === 'NotAllowedError') throw error;
      // Directories, and files of some disks, cannot be moved.
      return false;
    }
  }

  private async copyFile(from: FileSystemFileHandle, target: FileSystemDirectoryHandle, text: string): Promise<void> {
    const content = await from.getFile();
    const writer = await (await target.getFileHandle(text, { create: true })).createWritable();
    for (let at = 0; at < content.size; at += COPY_CHUNK) {
      await writer.write(await content.slice(at, at + COPY_CHUNK).arrayBuffer());
    }
    await writer.close();
  }

  private async copyDirectory(
    from: FileSystemDirectoryHandle,
    target: FileSystemDirectoryHandle,
    text: string,
  ): Promise<void> {
    const made = await target.getDirectoryHandle(text, { create: true });
    for await (const [inner, handle] of from as unknown as Entries) {
      if (handle.kind === 'directory') await this.copyDirectory(handle as FileSystemDirectoryHandle, made, inner);
      else await this.copyFile(handle as FileSystemFileHandle, made, inner);
    }
  }

  utimes(path: string, atime: Time | 'now' | undefined, mtime: Time | 'now' | undefined): Promise<void> {
    return guard(async () => {
      const found = await this.find(path);
      if (found === undefined) throw new SysError('ENOENT');
      const onlyNow = [atime, mtime].every((time) => time === undefined || time === 'now');
      if (!onlyNow || found.kind === 'directory') {
        throw new SysError('EPERM', 'a directory of the user has no times that can be set');
      }
      await this.settle(path);
      await (await found.createWritable({ keepExistingData: true })).close();
    });
  }
}
