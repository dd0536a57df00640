// Errors of the system as a script sees them, and the calls that throw them.

import { ERRNO, type Errno, SysError } from '../../abi/errno.ts';
import type { ChannelCall } from '../../abi/syscalls.ts';
import { type ClientArgs, ProcessKilled, type SyscallClient } from '../../transport/client.ts';

/** A call failed. `code` is the name of the errno, `errno` its Linux number, `path` what it was about. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  readonly code: Errno;
  readonly errno: number;
  readonly syscall: string;
  readonly path: string | undefined;

  constructor(code: Errno, syscall: string, path?: string) {
    super(`${code}: ${ERRNO[code].text}, ${syscall}${path === undefined ? '' : ` '${path}'`}`);
    this.code = code;
    this.errno = ERRNO[code].linux;
    this.syscall = syscall;
    this.path = path;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Text or bytes as bytes: a string stands for its UTF-8. */
export type Data = string | Uint8Array;
export const toBytes = (data: Data): Uint8Array => (typeof data === 'string' ? encoder.encode(data) : data);
export const toText = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Makes calls for a script. */
export class Calls {
  readonly client: SyscallClient;
  /** The process is over: the script must not run on, so this does not return. */
  private readonly halt: () => never;

  constructor(client: SyscallClient, halt: () => never) {
    this.client = client;
    this.halt = halt;
  }

  /** A call of the table. `path` is for the message of its error. */
  call<N extends ChannelCall>(name: N, path: string | undefined, ...args: ClientArgs<N>): number {
    return this.guard(name, path, () => this.client.call(name, ...args));
  }

  /** Run `act`; what fails in it is told as a failure of `name`. */
  guard<T>(name: string, path: string | undefined, act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof ProcessKilled) return this.halt();
      if (error instanceof SysError) throw new SystemError(error.errno, name, path);
      throw error;
    }
  }

  /** A path for the system; a NUL in it is EINVAL. */
  path(name: string, path: string): Uint8Array {
    if (path.includes('\0')) throw new SystemError('EINVAL', name, path);
    return encoder.encode(path);
  }
}
