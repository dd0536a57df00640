/**
 * Functions of the page as a file system, by paths: what `os.mountObject` takes when its object has a `readdir`. Paths
 * start with a slash at the root of the mount. A function may return a promise. To refuse, throw an error whose `code` is
 * the name of an errno (ENOENT, EACCES, ...); any other error is EIO for the guest, and is shown on the console.
 */
import { ERRNO, type Errno, SysError } from '../abi/errno.ts';
import { S } from '../abi/file.ts';
import type { PageFileOps, PageStat } from '../host/control.ts';
import type { Served } from '../transport/rpc.ts';

type MaybePromise<T> = T | Promise<T>;

export interface HandlerStat {
  readonly type: 'file' | 'directory' | 'symlink';
  /** Default: 0. A file is read to its end, whatever this says. */
  readonly size?: number;
  /** Permission bits. Default: 0o755 for a directory, 0o644 for a file. */
  readonly mode?: number;
  /** Default: the start of the epoch. */
  readonly mtime?: Date | number;
}

export interface FileSystemHandlers {
  /** Nothing (or ENOENT) for a path that does not exist. The root is there without being asked for. */
  stat(path: string): MaybePromise<HandlerStat | null | undefined>;
  readdir(path: string): MaybePromise<readonly string[]>;
  /** Fewer bytes only at the end; text is UTF-8, and is the whole file from `offset` on. */
  read(path: string, range: { readonly offset: number; readonly length: number }): MaybePromise<Uint8Array | string>;
  write?(path: string, bytes: Uint8Array, range: { readonly offset: number }): MaybePromise<void>;
  truncate?(path: string, size: number): MaybePromise<void>;
  create?(path: string, options: { readonly mode: number }): MaybePromise<void>;
  mkdir?(path: string, options: { readonly mode: number }): MaybePromise<void>;
  unlink?(path: string): MaybePromise<void>;
  rmdir?(path: string): MaybePromise<void>;
  rename?(from: string, to: string): MaybePromise<void>;
  symlink?(target: string, path: string): MaybePromise<void>;
  readlink?(path: string): MaybePromise<string>;
  chmod?(path: string, mode: number): MaybePromise<void>;
  /** Undefined leaves a time as it is. */
  utimes?(path: string, atime: Date | undefined, mtime: Date | undefined): MaybePromise<void>;
  /** The program has called fsync. */
  fsync?(path: string): MaybePromise<void>;
}

export type PageFiles = Served<PageFileOps>;

/** The functions that a file system may do without, by the operations they are. */
const OPTIONAL = {
  write: 'write',
  truncate: 'truncate',
  create: 'create',
  mkdir: 'mkdir',
  unlink: 'unlink',
  rmdir: 'rmdir',
  rename: 'rename',
  symlink: 'symlink',
  readlink: 'readlink',
  chmod: 'chmod',
  utimes: 'utimes',
  sync: 'fsync',
} as const satisfies Partial<Record<keyof PageFileOps, keyof FileSystemHandlers>>;

export const HANDLER_NAMES: readonly string[] = ['stat', 'readdir', 'read', ...Object.values(OPTIONAL)];

const TYPES = { file: S.IFREG, directory: S.IFDIR, symlink: S.IFLNK } as const;
const USUAL = { file: 0o644, directory: 0o755, symlink: 0o777 } as const;

export function operationsOf(handlers: FileSystemHandlers): (keyof PageFileOps)[] {
  const names = Object.entries(OPTIONAL) as [keyof PageFileOps, keyof FileSystemHandlers][];
  return names.filter(([, handler]) => typeof handlers[handler] === 'function').map(([operation]) => operation);
}

/** What the page's function threw, as the guest sees it. */
export function pageError(error: unknown): SysError {
  if (error instanceof SysError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && Object.hasOwn(ERRNO, code)) return new SysError(code as Errno, String(error));
  // A fault of the page's own code: who wrote it must see it.
  console.error('TabOS: a function of a mounted object failed:', error);
  return new SysError('EIO', String(error));
}

async function guard<T>(act: () => MaybePromise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw pageError(error);
  }
}

const ROOT: PageStat = { mode: S.IFDIR | 0o755, size: 0, mtimeMs: 0 };

export class HandlerFiles {
  readonly #handlers: FileSystemHandlers;
  readonly #open = new Map<number, string>();
  #last = 0;

  constructor(handlers: FileSystemHandlers) {
    this.#handlers = handlers;
  }

  async #stat(path: string): Promise<PageStat | undefined> {
    const found = await guard(async () => this.#handlers.stat(`/${path}`)).catch((error: SysError) => {
      if (error.errno === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined || found === null) return path === '' ? ROOT : undefined;
    const { type, size = 0, mode = USUAL[type], mtime = 0 } = found;
    if (!Object.hasOwn(TYPES, type)) throw pageError(new TypeError(`stat of /${path} gave the type ${String(type)}`));
    return { mode: TYPES[type] | (mode & 0o7777), size, mtimeMs: Number(mtime) };
  }

  async #list(path: string): Promise<(readonly [string, number])[]> {
    const names = await guard(() => this.#handlers.readdir(`/${path}`));
    const entries = names.map(async (name) => {
      const found = await this.#stat(path === '' ? name : `${path}/${name}`);
      return found && ([name, found.mode] as const);
    });
    // A name that has gone meanwhile is not in the directory any more.
    return (await Promise.all(entries)).filter((entry) => entry !== undefined);
  }

  #path(handle: number): string {
    const path = this.#open.get(handle);
    if (path === undefined) throw new SysError('ESTALE');
    return path;
  }

  /** What is asked for is refused on the other side when the function is missing. */
  #call<K extends keyof FileSystemHandlers>(
    name: K,
    ...args: Parameters<NonNullable<FileSystemHandlers[K]>>
  ): Promise<Awaited<ReturnType<NonNullable<FileSystemHandlers[K]>>>> {
    return guard(() => {
      const handler = this.#handlers[name] as ((...args: readonly unknown[]) => unknown) | undefined;
      if (handler === undefined) throw new SysError('ENOSYS', name);
      return handler.apply(this.#handlers, args) as Awaited<ReturnType<NonNullable<FileSystemHandlers[K]>>>;
    });
  }

  served(): PageFiles {
    const at = (path: string) => `/${path}`;
    const date = (ms: number | null) => (ms === null ? undefined : new Date(ms));
    return {
      stat: (_c, path) => this.#stat(path),
      list: (_c, path) => this.#list(path),
      open: (_c, path) => {
        this.#open.set(++this.#last, path);
        return this.#last;
      },
      release: (_c, handle) => void this.#open.delete(handle),
      read: async (_c, handle, offset, length) => {
        const found = await this.#call('read', at(this.#path(handle)), { offset, length });
        const bytes = typeof found === 'string' ? new TextEncoder().encode(found) : found;
        if (!(bytes instanceof Uint8Array)) throw pageError(new TypeError('read gave neither bytes nor text'));
        return new Uint8Array(bytes.subarray(0, length));
      },
      write: (_c, handle, offset, bytes) => this.#call('write', at(this.#path(handle)), bytes, { offset }),
      truncate: (_c, handle, size) => this.#call('truncate', at(this.#path(handle)), size),
      sync: (_c, handle) => this.#call('fsync', at(this.#path(handle))),
      create: (_c, path, mode) => this.#call('create', at(path), { mode }),
      mkdir: (_c, path, mode) => this.#call('mkdir', at(path), { mode }),
      unlink: (_c, path) => this.#call('unlink', at(path)),
      rmdir: (_c, path) => this.#call('rmdir', at(path)),
      rename: async (_c, from, to) => {
        await this.#call('rename', at(from), at(to));
        for (const [handle, path] of this.#open) {
          if (path === from || path.startsWith(`${from}/`)) this.#open.set(handle, to + path.slice(from.length));
        }
      },
      symlink: (_c, target, path) => this.#call('symlink', target, at(path)),
      readlink: (_c, path) => this.#call('readlink', at(path)),
      chmod: (_c, path, mode) => this.#call('chmod', at(path), mode),
      utimes: (_c, path, atime, mtime) => this.#call('utimes', at(path), date(atime), date(mtime)),
    };
  }
}
