// Errors of system calls as libuv and Node show them: `ENOENT: no such file or directory, open 'x'`, with errno, code,
// syscall, path and dest (UVException in api/exceptions.cc).

import { ERRNO, type Errno, SysError } from '../../abi/errno.ts';
import type { Tables } from './library.ts';

export interface Failure {
  readonly errno: number;
  readonly syscall: string;
  readonly path?: string | undefined;
  readonly dest?: string | undefined;
}

export class UvErrors {
  private readonly names: ReadonlyMap<number, readonly [name: string, message: string]>;

  constructor(tables: Tables) {
    this.names = new Map(tables.errorMap);
  }

  nameOf(errno: number): string {
    return this.names.get(errno)?.[0] ?? `Unknown system error ${errno}`;
  }

  messageOf(errno: number): string {
    return this.names.get(errno)?.[1] ?? `Unknown system error ${errno}`;
  }

  /** libuv's number of an errno. */
  static number(errno: Errno): number {
    return -ERRNO[errno].linux;
  }

  make({ errno, syscall, path, dest }: Failure): Error {
    const code = this.nameOf(errno);
    let message = `${code}: ${this.messageOf(errno)}, ${syscall}`;
    if (path !== undefined) message += ` '${path}'`;
    if (dest !== undefined) message += ` -> '${dest}'`;
    const error = new Error(message) as Error & Record<string, unknown>;
    error['errno'] = errno;
    error['code'] = code;
    error['syscall'] = syscall;
    if (path !== undefined) error['path'] = path;
    if (dest !== undefined) error['dest'] = dest;
    return error;
  }
}

/** The result of a call, or libuv's negative number of its failure. */
export const attempt = (call: () => number): number => {
  try {
    return call();
  } catch (error) {
    return uvNumber(error);
  }
};

/** libuv's number of a failed call; throws on what is none. */
export const uvNumber = (error: unknown): number => {
  if (error instanceof SysError) return UvErrors.number(error.errno);
  throw error;
};
