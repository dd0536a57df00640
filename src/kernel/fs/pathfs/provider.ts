// What a file system by paths needs of whoever has the files: an object of the page (pagefs), a directory of the user's
// disk (localfs). Everything is asked for by path, and answered later.
//
// Paths are byte strings of names joined by slashes; the root is the empty path. A method that is missing is something
// that cannot be done there: path-fs.ts says which errno that is. Errors are SysErrors.

import type { Time } from '../../vfs/filesystem.ts';

export interface PathStat {
  /** With the type: regular files, directories and symbolic links. */
  readonly mode: number;
  readonly size: number;
  readonly mtime: Time;
}

export interface PathProvider {
  /** Undefined when there is nothing. A symbolic link itself, not what it leads to. */
  stat(path: string): Promise<PathStat | undefined>;
  /** Names with their types. ENOENT, ENOTDIR. */
  list(path: string): Promise<readonly (readonly [name: string, mode: number])[]>;
  /** Before the first read or write of a file that is open. The number is for the calls below. */
  open(path: string): Promise<number>;
  /** The last one has closed the file: what was written takes effect now at the latest. */
  release(handle: number): void;
  /** Fewer bytes only at the end. */
  read(handle: number, offset: number, length: number): Promise<Uint8Array>;
  write?(handle: number, offset: number, bytes: Uint8Array): Promise<void>;
  truncate?(handle: number, size: number): Promise<void>;
  sync?(handle: number): Promise<void>;
  /** Permission bits; the name does not exist. */
  create?(path: string, mode: number): Promise<void>;
  mkdir?(path: string, mode: number): Promise<void>;
  unlink?(path: string): Promise<void>;
  /** The directory is empty. */
  rmdir?(path: string): Promise<void>;
  /** What stands at the new path is of the same kind, and is replaced; a directory there is empty. */
  rename?(from: string, to: string): Promise<void>;
  symlink?(target: string, path: string): Promise<void>;
  readlink?(path: string): Promise<string>;
  chmod?(path: string, mode: number): Promise<void>;
  /** EPERM for times that cannot be set. */
  utimes?(path: string, atime: Time | 'now' | undefined, mtime: Time | 'now' | undefined): Promise<void>;
}
