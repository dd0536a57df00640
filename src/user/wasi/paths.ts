// Where a path of a preview1 program leads.
//
// A directory that the program has opened itself is a capability: a path under it may neither be absolute nor climb out
// of it by `..` (EPERM); symbolic links lead where they lead, as `/` is open anyway. The preopens are no confinement:
// `/` sees everything, `.` is the working directory, others are short for their path.
//
// wasi-libc and Rust strip the leading slash of an absolute path and give it to the preopen that they know last, `.`:
// `/etc/passwd` and `etc/passwd` arrive alike. So for `.`
//  - a path whose text in memory starts one slash earlier, behind a NUL, was absolute (C passes its own string);
//  - any other path is relative; if nothing is there (ENOENT) but the root has its first name and the working directory
//    does not, it was an absolute path in a copy. For a single name, the absolute spelling must be in memory as well.

import { SysError } from '../../abi/errno.ts';
import { ACCESS, AT } from '../../abi/file.ts';
import { bytesOf } from '../../base/bytes.ts';
import type { SyscallClient } from '../../transport/client.ts';
import type { GuestMemory } from '../runtime/guest-memory.ts';
import type { Descriptors } from './descriptors.ts';

const SLASH = 0x2f;
const DOT = 0x2e;

/** What is done with a path: the system's directory descriptor, and the path below it. */
export type Act<T> = (dirfd: number, path: Uint8Array) => T;

export class Paths {
  private readonly client: SyscallClient;
  private readonly memory: GuestMemory;
  private readonly descriptors: Descriptors;

  constructor(client: SyscallClient, memory: GuestMemory, descriptors: Descriptors) {
    this.client = client;
    this.memory = memory;
    this.descriptors = descriptors;
  }

  /** Do something with a path under a descriptor that must have a right for it. */
  at<T>(fd: number, right: number, pointer: number, length: number, act: Act<T>): T {
    const { preopen } = this.descriptors.get(fd, right);
    const path = this.memory.slice(pointer, length);
    if (path.includes(0)) throw new SysError('EINVAL');
    if (preopen === undefined) {
      if (this.descriptors.keepsRights) confine(path);
      return act(this.descriptors.real(fd), path);
    }
    if (path.length === 0) throw new SysError('ENOENT');
    if (preopen === '/') return act(AT.FDCWD, rooted(path));
    if (path[0] === SLASH) return act(AT.FDCWD, path);
    if (preopen !== '.') return act(AT.FDCWD, join(bytesOf(`${preopen}/`), path));
    if (this.wasAbsolute(pointer >>> 0)) return act(AT.FDCWD, rooted(path));
    try {
      return act(AT.FDCWD, path);
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'ENOENT' || !this.meantRoot(path)) throw error;
      return act(AT.FDCWD, rooted(path));
    }
  }

  /** Is a path that another one refers to (a symbolic link's target) allowed under this descriptor? */
  checkTarget(fd: number, target: Uint8Array): void {
    const confined = this.descriptors.keepsRights && this.descriptors.get(fd).preopen === undefined;
    if (confined && target[0] === SLASH) throw new SysError('EPERM');
  }

  /** Does the string begin one or more slashes before `start`? */
  private wasAbsolute(start: number): boolean {
    const { bytes } = this.memory;
    let at = start;
    while (bytes[at - 1] === SLASH) at--;
    return at < start && (bytes[at - 1] ?? 0) === 0;
  }

  private meantRoot(path: Uint8Array): boolean {
    const end = path.indexOf(SLASH);
    const first = end < 0 ? path : path.subarray(0, end);
    if (first[0] === DOT && (first.length === 1 || (first.length === 2 && first[1] === DOT))) return false;
    if (!this.exists(rooted(first)) || this.exists(first)) return false;
    return end >= 0 || this.spelled(rooted(path));
  }

  private exists(path: Uint8Array): boolean {
    try {
      this.client.call('access', AT.FDCWD, path, ACCESS.F_OK, AT.SYMLINK_NOFOLLOW);
      return true;
    } catch (error) {
      if (error instanceof SysError) return false;
      throw error;
    }
  }

  /** Is this text, followed by a NUL, somewhere in the guest's memory? */
  private spelled(text: Uint8Array): boolean {
    const { bytes } = this.memory;
    for (let at = bytes.indexOf(SLASH); at >= 0; at = bytes.indexOf(SLASH, at + 1)) {
      let i = 1;
      while (i < text.length && bytes[at + i] === text[i]) i++;
      if (i === text.length && bytes[at + i] === 0) return true;
    }
    return false;
  }
}

const join = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
};

const ROOT = Uint8Array.of(SLASH);
const rooted = (path: Uint8Array): Uint8Array => join(ROOT, path);

/** EPERM for a path that does not stay below where it starts. */
const confine = (path: Uint8Array): void => {
  if (path[0] === SLASH) throw new SysError('EPERM');
  let depth = 0;
  for (let start = 0; start <= path.length; ) {
    const slash = path.indexOf(SLASH, start);
    const end = slash < 0 ? path.length : slash;
    const length = end - start;
    if (length === 2 && path[start] === DOT && path[start + 1] === DOT) depth--;
    else if (length > 1 || (length === 1 && path[start] !== DOT)) depth++;
    if (depth < 0) throw new SysError('EPERM');
    start = end + 1;
  }
};
