/**
 * The errors of the public API. What the system refuses is a SystemError, shaped and worded as Node does it
 * (https://nodejs.org/api/errors.html#class-systemerror): tell them apart by `code`, never by the message.
 * What the page itself cannot do is a TabOSError, whose codes start with ERR_.
 */
import { ERRNO, type Errno } from '../abi/errno.ts';
import type { VolumeFault } from '../host/control.ts';

/** A call that the system refused, with the errno's name as `code`. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  /** `'ENOENT'`, `'EACCES'`, ... */
  readonly code: string;
  /** The call: `'open'`, `'spawn'`, ... */
  readonly syscall: string;
  readonly path: string | undefined;
  /** The second path of `rename` and `symlink`. */
  readonly dest: string | undefined;

  constructor(code: string, syscall: string, path?: string, dest?: string, options?: ErrorOptions) {
    const object = path === undefined ? '' : ` '${path}'`;
    const second = dest === undefined ? '' : ` -> '${dest}'`;
    super(`${code}: ${describe(code)}, ${syscall}${object}${second}`, options);
    this.code = code;
    this.syscall = syscall;
    this.path = path;
    this.dest = dest;
  }
}

export type TabOSErrorCode =
  /** The browser lacks something that the machine needs. */
  | 'ERR_UNSUPPORTED'
  /** The machine could not start. */
  | 'ERR_BOOT'
  /** The stored files cannot be mounted: damaged, written by a newer version, or open elsewhere. */
  | VolumeFault
  /** The kernel or the station of this tab is gone. */
  | 'ERR_LOST'
  /** The machine was closed by this page. */
  | 'ERR_CLOSED'
  /** An argument that is no signal. */
  | 'ERR_UNKNOWN_SIGNAL'
  /** The user has not given permission for a directory of the disk. */
  | 'ERR_PERMISSION'
  /** What should be mounted is no archive, or a broken one. */
  | 'ERR_ARCHIVE'
  /** What is at the address is no manifest of a tree, or a wrong one. */
  | 'ERR_MANIFEST'
  /** What should be mounted has not the shape of a FileSystemTree. */
  | 'ERR_INVALID_TREE'
  /** An argument, or an option, of the wrong type. */
  | 'ERR_INVALID_ARG_TYPE'
  /** An argument, or an option, that cannot be. */
  | 'ERR_INVALID_ARG_VALUE'
  /** An option that the call does not have. */
  | 'ERR_UNKNOWN_OPTION';

const VOLUME_FAULTS: ReadonlySet<string> = new Set<VolumeFault>([
  'ERR_VOLUME_DAMAGED',
  'ERR_VOLUME_NEWER',
  'ERR_VOLUME_BUSY',
]);

export const isVolumeFault = (code: string): code is VolumeFault => VOLUME_FAULTS.has(code);

export class TabOSError extends Error {
  override readonly name = 'TabOSError';
  readonly code: TabOSErrorCode;

  constructor(code: TabOSErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The `code` of what a worker threw, when it is an error of the system. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof TabOSError || typeof error !== 'object' || error === null || !('code' in error))
    return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * What is thrown to the caller of the public API for what a worker threw.
 *
 * @returns a SystemError where the worker named an errno, with what the worker said as its cause; anything else unchanged
 */
export function systemError(error: unknown, syscall: string, path?: string, dest?: string): unknown {
  const code = codeOf(error);
  return code === undefined ? error : new SystemError(code, syscall, path, dest, { cause: error });
}

function describe(code: string): string {
  const text = Object.hasOwn(ERRNO, code) ? ERRNO[code as Errno].text : 'unknown error';
  return text.charAt(0).toLowerCase() + text.slice(1);
}
