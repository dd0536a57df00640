/**
 * `os.fs`: the files of the machine, by promises, with the names and errors of Node's `fs/promises`. The caller is the
 * user of the machine. A relative path starts at the home directory. What cannot be meant (a path that is no string, an
 * option that does not exist) rejects with a TabOSError before anything is done.
 */
import { transfer } from 'comlink';
import { ACCESS } from '../abi/file.ts';
import type { FileStat, FilesControl, WatchesControl, WriteFlag } from '../host/control.ts';
import { checkBoolean, checkInteger, checkOptions, checkPath, checkTime, checkWord, wrongType } from './arguments.ts';
import { bytesFrom, checkEncoding, decode, type Encoding } from './encoding.ts';
import { absolutePath } from './environment.ts';
import { codeOf, systemError } from './errors.ts';
import { Watcher, type WatchListener, type WatchOptions } from './watcher.ts';

type WithEncoding = Encoding | { readonly encoding: Encoding };
type MaybeEncoding = Encoding | null | { readonly encoding?: Encoding | null };

export interface WriteFileOptions {
  /** Of a text. Default: `'utf8'`. */
  readonly encoding?: Encoding;
  /** Permission bits of a file that is created, less those of the umask (0o022). Default: 0o666. */
  readonly mode?: number;
  /** Replace (`w`), add (`a`), or fail with EEXIST when the file exists (`wx`, `ax`). Default: `'w'`. */
  readonly flag?: WriteFlag;
}

export interface MkdirOptions {
  /** Make the parents too, and accept a directory that is there. */
  readonly recursive?: boolean;
  /** Permission bits, less those of the umask (0o022). Default: 0o777. */
  readonly mode?: number;
}

export interface RmOptions {
  /** Directories, with all that is in them. */
  readonly recursive?: boolean;
  /** Accept that there is nothing to remove. */
  readonly force?: boolean;
}

export interface CopyFileOptions {
  /** Fail with EEXIST when the new file exists. */
  readonly exclusive?: boolean;
}

export interface CpOptions {
  /** Directories, with all that is in them. */
  readonly recursive?: boolean;
  /** Write over files that exist. Default: true. */
  readonly force?: boolean;
  /** Without `force`: fail with EEXIST at a file that exists, instead of leaving it. */
  readonly errorOnExist?: boolean;
  readonly preserveTimestamps?: boolean;
}

export type FileType = FileStat['type'];

interface TypeTests {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

export interface DirectoryEntry extends TypeTests {
  readonly name: string;
  readonly type: FileType;
}

/** Times are in milliseconds since the epoch, with fractions, and as Date. */
export interface Stats extends FileStat, TypeTests {
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;
}

/** The bits of `access`: exists, may be run, written, read. */
const ACCESS_ALL = ACCESS.R_OK | ACCESS.W_OK | ACCESS.X_OK;
const WRITE_FLAGS: readonly WriteFlag[] = ['w', 'a', 'wx', 'ax'];
const MODE_MAX = 0o7777;

export class Files {
  /** For `access`. */
  readonly constants = ACCESS;
  readonly #ready: Promise<void>;
  readonly #station: FilesControl & WatchesControl;

  /** @param ready when the station takes calls */
  constructor(ready: Promise<void>, station: FilesControl & WatchesControl) {
    this.#ready = ready;
    this.#station = station;
  }

  /** The content as bytes, or as text when an encoding is given. Errors: ENOENT, EACCES, EISDIR, ... */
  readFile(path: string, encoding: WithEncoding): Promise<string>;
  readFile(path: string, encoding?: MaybeEncoding): Promise<Uint8Array>;
  async readFile(path: string, options?: MaybeEncoding): Promise<string | Uint8Array> {
    checkPath('readFile', 'path', path);
    if (typeof options !== 'string') checkOptions('readFile', options, ['encoding']);
    const encoding = typeof options === 'string' ? options : options?.encoding;
    checkEncoding('readFile', encoding);
    const bytes = await this.#call('open', path, undefined, (station) => station.readFile(absolutePath(path)));
    return encoding ? decode(bytes, encoding) : bytes;
  }

  /** Create a file or replace its content. Errors: ENOENT, EACCES, EISDIR, ENOSPC, ... */
  async writeFile(
    path: string,
    data: string | ArrayBuffer | ArrayBufferView,
    options?: Encoding | WriteFileOptions | null,
  ): Promise<void> {
    await this.#write('writeFile', path, data, options, 'w');
  }

  /** Add to the end of a file, which is created when it is missing. */
  async appendFile(
    path: string,
    data: string | ArrayBuffer | ArrayBufferView,
    options?: Encoding | Omit<WriteFileOptions, 'flag'> | null,
  ): Promise<void> {
    await this.#write('appendFile', path, data, options, 'a');
  }

  async #write(
    call: 'writeFile' | 'appendFile',
    path: string,
    data: unknown,
    options: Encoding | WriteFileOptions | null | undefined,
    usual: WriteFlag,
  ): Promise<void> {
    checkPath(call, 'path', path);
    const known = call === 'writeFile' ? ['encoding', 'mode', 'flag'] : ['encoding', 'mode'];
    if (typeof options !== 'string') checkOptions(call, options, known);
    const {
      encoding,
      mode = 0o666,
      flag = usual,
    } = typeof options === 'string' ? { encoding: options } : (options ?? {});
    checkEncoding(call, encoding);
    checkInteger(call, 'mode', mode, MODE_MAX);
    checkWord(call, 'flag', flag, WRITE_FLAGS);
    const bytes = bytesFrom(call, data, encoding);
    await this.#call('open', path, undefined, (station) =>
      station.writeFile(absolutePath(path), transfer(bytes, [bytes.buffer]), mode, flag),
    );
  }

  /** Errors: EEXIST, ENOENT, ENOTDIR, EACCES, ... */
  async mkdir(path: string, options?: MkdirOptions): Promise<void> {
    checkPath('mkdir', 'path', path);
    checkOptions('mkdir', options, ['recursive', 'mode']);
    const { recursive = false, mode = 0o777 } = options ?? {};
    checkBoolean('mkdir', 'recursive', recursive);
    checkInteger('mkdir', 'mode', mode, MODE_MAX);
    await this.#call('mkdir', path, undefined, (station) => station.mkdir(absolutePath(path), { recursive, mode }));
  }

  /** Make a directory that only the user can enter, by adding six letters to a path. @returns its path, absolute */
  async mkdtemp(prefix: string): Promise<string> {
    checkPath('mkdtemp', 'prefix', prefix);
    return this.#call('mkdtemp', `${prefix}XXXXXX`, undefined, (station) => station.mkdtemp(absolutePath(prefix)));
  }

  /** The names in a directory, or its entries. `.` and `..` are left out. Errors: ENOENT, ENOTDIR, EACCES, ... */
  readdir(path: string, options: { readonly withFileTypes: true }): Promise<DirectoryEntry[]>;
  readdir(path: string, options?: { readonly withFileTypes?: false }): Promise<string[]>;
  async readdir(path: string, options?: { readonly withFileTypes?: boolean }): Promise<string[] | DirectoryEntry[]> {
    checkPath('readdir', 'path', path);
    checkOptions('readdir', options, ['withFileTypes']);
    checkBoolean('readdir', 'withFileTypes', options?.withFileTypes);
    const entries = await this.#call('scandir', path, undefined, (station) => station.readdir(absolutePath(path)));
    if (options?.withFileTypes !== true) return entries.map(({ name }) => name);
    return entries.map(({ name, type }) => ({ name, type, ...typeTests(type) }));
  }

  /** What a path leads to. Errors: ENOENT, EACCES, ELOOP, ... */
  stat(path: string): Promise<Stats> {
    return this.#stat('stat', path, true);
  }

  /** What stands at a path: of a symbolic link, the link itself. */
  lstat(path: string): Promise<Stats> {
    return this.#stat('lstat', path, false);
  }

  /** Whether the path leads to anything. */
  async exists(path: string): Promise<boolean> {
    try {
      await this.stat(path);
      return true;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) return false;
      throw error;
    }
  }

  /** Resolves when the user may do all of `mode` (`os.fs.constants`: R_OK, W_OK, X_OK). Errors: EACCES, ENOENT, EROFS */
  async access(path: string, mode: number = ACCESS.F_OK): Promise<void> {
    checkPath('access', 'path', path);
    checkInteger('access', 'mode', mode, ACCESS_ALL);
    await this.#call('access', path, undefined, (station) => station.access(absolutePath(path), mode));
  }

  /** The path without symbolic links, `.` and `..`. */
  async realpath(path: string): Promise<string> {
    checkPath('realpath', 'path', path);
    return this.#call('realpath', path, undefined, (station) => station.realpath(absolutePath(path)));
  }

  /** Errors: ENOENT, EISDIR (a directory without `recursive`), EACCES, ... */
  async rm(path: string, options?: RmOptions): Promise<void> {
    checkPath('rm', 'path', path);
    checkOptions('rm', options, ['recursive', 'force']);
    const { recursive = false, force = false } = options ?? {};
    checkBoolean('rm', 'recursive', recursive);
    checkBoolean('rm', 'force', force);
    await this.#call('rm', path, undefined, (station) => station.rm(absolutePath(path), { recursive, force }));
  }

  /** Errors: ENOENT, EISDIR, EACCES, ... */
  async unlink(path: string): Promise<void> {
    checkPath('unlink', 'path', path);
    await this.#call('unlink', path, undefined, (station) => station.unlink(absolutePath(path)));
  }

  /** Errors: ENOENT, ENOTDIR, ENOTEMPTY, EBUSY (something is mounted there), ... */
  async rmdir(path: string): Promise<void> {
    checkPath('rmdir', 'path', path);
    await this.#call('rmdir', path, undefined, (station) => station.rmdir(absolutePath(path)));
  }

  /** Move; what stands at the new path is replaced as rename(2) says. Errors: ENOENT, ENOTEMPTY, EXDEV, ... */
  async rename(from: string, to: string): Promise<void> {
    checkPath('rename', 'the old path', from);
    checkPath('rename', 'the new path', to);
    await this.#call('rename', from, to, (station) => station.rename(absolutePath(from), absolutePath(to)));
  }

  /** Copy a file with its mode; what could not be copied whole is removed. Errors: ENOENT, EISDIR, ENOSPC, EEXIST, ... */
  async copyFile(from: string, to: string, options?: CopyFileOptions): Promise<void> {
    checkPath('copyFile', 'the old path', from);
    checkPath('copyFile', 'the new path', to);
    checkOptions('copyFile', options, ['exclusive']);
    checkBoolean('copyFile', 'exclusive', options?.exclusive);
    const request = { recursive: false, existing: options?.exclusive ? 'refuse' : 'replace', times: false } as const;
    await this.#call('copyfile', from, to, async (station) => {
      // What a path leads to is copied, never a link.
      const real = await station.realpath(absolutePath(from));
      await station.copy(real, absolutePath(to), request);
    });
  }

  /** Copy a file, a link, or with `recursive` a tree. Errors: EISDIR without `recursive`, EINVAL into itself, ... */
  async cp(from: string, to: string, options?: CpOptions): Promise<void> {
    checkPath('cp', 'the old path', from);
    checkPath('cp', 'the new path', to);
    checkOptions('cp', options, ['recursive', 'force', 'errorOnExist', 'preserveTimestamps']);
    for (const [name, value] of Object.entries(options ?? {})) checkBoolean('cp', name, value);
    const { recursive = false, force = true, errorOnExist = false, preserveTimestamps = false } = options ?? {};
    const existing = force ? 'replace' : errorOnExist ? 'refuse' : 'keep';
    await this.#call('cp', from, to, (station) =>
      station.copy(absolutePath(from), absolutePath(to), { recursive, existing, times: preserveTimestamps }),
    );
  }

  /** Give a file a second name. Errors: EEXIST, ENOENT, EPERM (a directory), EXDEV, ... */
  async link(from: string, to: string): Promise<void> {
    checkPath('link', 'the old path', from);
    checkPath('link', 'the new path', to);
    await this.#call('link', from, to, (station) => station.link(absolutePath(from), absolutePath(to)));
  }

  /** Make a symbolic link at `path`; the target is kept as it is written. Errors: EEXIST, ENOENT, EACCES, ... */
  async symlink(target: string, path: string): Promise<void> {
    checkPath('symlink', 'target', target);
    checkPath('symlink', 'path', path);
    await this.#call('symlink', target, path, (station) => station.symlink(target, absolutePath(path)));
  }

  /** Errors: EINVAL (no symbolic link), ENOENT, ... */
  async readlink(path: string): Promise<string> {
    checkPath('readlink', 'path', path);
    return this.#call('readlink', path, undefined, (station) => station.readlink(absolutePath(path)));
  }

  /** @param mode permission bits. Errors: ENOENT, EPERM, ... */
  async chmod(path: string, mode: number): Promise<void> {
    checkPath('chmod', 'path', path);
    checkInteger('chmod', 'mode', mode, MODE_MAX);
    await this.#call('chmod', path, undefined, (station) => station.chmod(absolutePath(path), mode));
  }

  /** @param atime a Date, or seconds since the epoch, as `mtime` */
  async utimes(path: string, atime: Date | number, mtime: Date | number): Promise<void> {
    await this.#utimes('utimes', path, atime, mtime, true);
  }

  /** As `utimes`, of a symbolic link itself. */
  async lutimes(path: string, atime: Date | number, mtime: Date | number): Promise<void> {
    await this.#utimes('lutimes', path, atime, mtime, false);
  }

  /** Cut a file, or let it grow with zeros. Errors: ENOENT, EISDIR, EACCES, ... */
  async truncate(path: string, size = 0): Promise<void> {
    checkPath('truncate', 'path', path);
    checkInteger('truncate', 'size', size, Number.MAX_SAFE_INTEGER);
    await this.#call('truncate', path, undefined, (station) => station.truncate(absolutePath(path), size));
  }

  /**
   * Tell a listener of changes in a file or directory, until `close`. Await `ready` of what it gives: from then on nothing is
   * missed, and it rejects when there is nothing to watch.
   */
  watch(path: string, listener: WatchListener): Watcher;
  watch(path: string, options: WatchOptions | undefined, listener: WatchListener): Watcher;
  watch(path: string, ...rest: readonly unknown[]): Watcher {
    const [options, listener] = rest.length > 1 ? rest : [undefined, rest[0]];
    checkPath('watch', 'path', path);
    checkOptions('watch', options, ['recursive']);
    const { recursive = false } = (options ?? {}) as WatchOptions;
    checkBoolean('watch', 'recursive', recursive);
    if (typeof listener !== 'function') throw wrongType('watch', 'listener', 'a function', listener);
    const told = listener as WatchListener;
    return new Watcher(this.#ready, this.#station, path, { absolute: absolutePath(path), recursive, listener: told });
  }

  async #utimes(
    call: 'utimes' | 'lutimes',
    path: string,
    atime: Date | number,
    mtime: Date | number,
    follow: boolean,
  ): Promise<void> {
    checkPath(call, 'path', path);
    const times = [checkTime(call, 'atime', atime), checkTime(call, 'mtime', mtime)] as const;
    await this.#call(call.slice(0, -1), path, undefined, (station) =>
      station.utimes(absolutePath(path), ...times, follow),
    );
  }

  async #stat(syscall: 'stat' | 'lstat', path: string, follow: boolean): Promise<Stats> {
    checkPath(syscall, 'path', path);
    const found = await this.#call(syscall, path, undefined, (station) => station.stat(absolutePath(path), follow));
    return {
      ...found,
      atime: new Date(found.atimeMs),
      mtime: new Date(found.mtimeMs),
      ctime: new Date(found.ctimeMs),
      birthtime: new Date(found.birthtimeMs),
      ...typeTests(found.type),
    };
  }

  async #call<T>(
    syscall: string,
    path: string,
    dest: string | undefined,
    call: (station: FilesControl) => Promise<T>,
  ): Promise<T> {
    await this.#ready;
    try {
      return await call(this.#station);
    } catch (error) {
      throw systemError(error, syscall, path, dest);
    }
  }
}

function typeTests(type: FileType): TypeTests {
  return {
    isFile: () => type === 'file',
    isDirectory: () => type === 'directory',
    isSymbolicLink: () => type === 'symlink',
    isCharacterDevice: () => type === 'character',
    isBlockDevice: () => type === 'block',
    isFIFO: () => type === 'fifo',
    isSocket: () => type === 'socket',
  };
}
