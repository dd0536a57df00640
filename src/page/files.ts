/**
 * `os.fs`: the files of the machine, by promises, with the names and errors of Node's `fs/promises`. The caller is the
 * user of the machine. A relative path starts at the home directory.
 */
import { transfer } from 'comlink';
import type { FileStat, StationControl } from '../host/control.ts';
import { absolutePath } from './environment.ts';
import { codeOf, systemError } from './errors.ts';

export type TextEncoding = 'utf8' | 'utf-8';
type WithEncoding = TextEncoding | { readonly encoding: TextEncoding };

export interface WriteFileOptions {
  /** Permission bits of a file that is created, less those of the umask (0o022). Default: 0o666. */
  readonly mode?: number;
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

export type FileType = FileStat['type'];

export interface DirectoryEntry {
  readonly name: string;
  readonly type: FileType;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** Times are in milliseconds since the epoch, with fractions. */
export interface Stats extends FileStat, Omit<DirectoryEntry, 'name'> {}

export class Files {
  readonly #ready: Promise<void>;
  readonly #station: StationControl;

  /** @param ready when the station takes calls */
  constructor(ready: Promise<void>, station: StationControl) {
    this.#ready = ready;
    this.#station = station;
  }

  /** The content as bytes, or as text when an encoding is given. Errors: ENOENT, EACCES, EISDIR, ... */
  readFile(path: string, encoding: WithEncoding): Promise<string>;
  readFile(path: string): Promise<Uint8Array>;
  async readFile(path: string, encoding?: WithEncoding): Promise<string | Uint8Array> {
    const bytes = await this.#call('open', path, undefined, (station) => station.readFile(absolutePath(path)));
    return encoding === undefined ? bytes : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }

  /** Create a file or replace its content. Errors: ENOENT, EACCES, EISDIR, ENOSPC, ... */
  writeFile(path: string, data: string | Uint8Array, { mode = 0o666 }: WriteFileOptions = {}): Promise<void> {
    // A copy, which can be given away.
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data.slice();
    return this.#call('open', path, undefined, (station) =>
      station.writeFile(absolutePath(path), transfer(bytes, [bytes.buffer]), mode),
    );
  }

  /** Errors: EEXIST, ENOENT, ENOTDIR, EACCES, ... */
  mkdir(path: string, { recursive = false, mode = 0o777 }: MkdirOptions = {}): Promise<void> {
    return this.#call('mkdir', path, undefined, (station) => station.mkdir(absolutePath(path), { recursive, mode }));
  }

  /** The names in a directory, or its entries. `.` and `..` are left out. Errors: ENOENT, ENOTDIR, EACCES, ... */
  readdir(path: string, options: { readonly withFileTypes: true }): Promise<DirectoryEntry[]>;
  readdir(path: string, options?: { readonly withFileTypes?: false }): Promise<string[]>;
  async readdir(
    path: string,
    { withFileTypes = false }: { readonly withFileTypes?: boolean } = {},
  ): Promise<string[] | DirectoryEntry[]> {
    const entries = await this.#call('scandir', path, undefined, (station) => station.readdir(absolutePath(path)));
    if (!withFileTypes) return entries.map(({ name }) => name);
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

  /** Errors: ENOENT, EISDIR (a directory without `recursive`), EACCES, ... */
  rm(path: string, { recursive = false, force = false }: RmOptions = {}): Promise<void> {
    return this.#call('rm', path, undefined, (station) => station.rm(absolutePath(path), { recursive, force }));
  }

  /** Move; what stands at the new path is replaced as rename(2) says. Errors: ENOENT, ENOTEMPTY, EXDEV, ... */
  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', from, to, (station) => station.rename(absolutePath(from), absolutePath(to)));
  }

  /** Make a symbolic link at `path`; the target is kept as it is written. Errors: EEXIST, ENOENT, EACCES, ... */
  symlink(target: string, path: string): Promise<void> {
    return this.#call('symlink', target, path, (station) => station.symlink(target, absolutePath(path)));
  }

  /** Errors: EINVAL (no symbolic link), ENOENT, ... */
  readlink(path: string): Promise<string> {
    return this.#call('readlink', path, undefined, (station) => station.readlink(absolutePath(path)));
  }

  /** @param mode permission bits. Errors: ENOENT, EPERM, ... */
  chmod(path: string, mode: number): Promise<void> {
    return this.#call('chmod', path, undefined, (station) => station.chmod(absolutePath(path), mode));
  }

  async #stat(syscall: 'stat' | 'lstat', path: string, follow: boolean): Promise<Stats> {
    const found = await this.#call(syscall, path, undefined, (station) => station.stat(absolutePath(path), follow));
    return { ...found, ...typeTests(found.type) };
  }

  async #call<T>(
    syscall: string,
    path: string,
    dest: string | undefined,
    call: (station: StationControl) => Promise<T>,
  ): Promise<T> {
    await this.#ready;
    try {
      return await call(this.#station);
    } catch (error) {
      throw systemError(error, syscall, path, dest);
    }
  }
}

function typeTests(type: FileType) {
  return {
    isFile: () => type === 'file',
    isDirectory: () => type === 'directory',
    isSymbolicLink: () => type === 'symlink',
  };
}
