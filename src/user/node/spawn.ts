// Starting a child as libuv's uv_spawn does: descriptors of its own, a directory, a program looked up in its PATH.

import { AT, F, O } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { SIGNAL, signalName } from '../../abi/signals.ts';
import { pack, unpack } from '../../abi/struct.ts';
import { SPAWN_ACTION } from '../../abi/syscalls.ts';
import { decodeStatus, WAIT } from '../../abi/wait.ts';
import type { SyscallClient } from '../../transport/client.ts';
import { searchPath } from '../sys/search-path.ts';

export interface SpawnRequest {
  readonly file: string;
  readonly args: readonly string[];
  /** NAME=VALUE; the parent's own when not given. */
  readonly environment: readonly string[];
  readonly cwd: string | undefined;
  readonly detached: boolean;
  /** The descriptor that becomes the child's 0, 1, 2, ...; undefined: none (/dev/null for 0 to 2). */
  readonly stdio: readonly (number | undefined)[];
}

export interface ChildEnd {
  readonly code: number;
  /** 0 for an end by itself. */
  readonly signal: number;
}

const strings = (encode: (text: string) => Uint8Array, list: readonly string[]): Uint8Array =>
  encode(list.map((text) => `${text}\0`).join(''));

const actionBytes = (
  steps: readonly { readonly op: number; readonly fd: number; readonly arg: number }[],
): Uint8Array => {
  const bytes = new Uint8Array(steps.length * LAYOUT.spawnAction.size);
  for (const [i, step] of steps.entries()) pack('spawnAction', step, bytes, i * LAYOUT.spawnAction.size);
  return bytes;
};

/** Two connected streams; both are closed by exec. */
export const socketPair = (client: SyscallClient): [own: number, other: number] => {
  const AF_UNIX = 1;
  const SOCK_STREAM = 1;
  const fds = new Uint8Array(LAYOUT.fdpair.size);
  client.call('socketpair', AF_UNIX, SOCK_STREAM | O.CLOEXEC, 0, fds);
  const { first, second } = unpack('fdpair', fds);
  return [first, second];
};

/** Gives the pid. Throws SysError. */
export const spawn = (client: SyscallClient, encode: (text: string) => Uint8Array, request: SpawnRequest): number => {
  const { stdio, environment, args } = request;
  const opened: number[] = [];
  const keep = (fd: number): number => {
    opened.push(fd);
    return fd;
  };
  try {
    const steps: { op: number; fd: number; arg: number }[] = [];
    let devNull: number | undefined;
    const sources = stdio.map((fd, target) => {
      if (fd === undefined) {
        if (target > 2) return undefined;
        devNull ??= keep(client.call('open', AT.FDCWD, '/dev/null', O.RDWR | O.CLOEXEC, 0));
        return devNull;
      }
      // Out of the way of what is put on the numbers of the list.
      return fd < stdio.length && fd !== target ? keep(client.call('fcntl', fd, F.DUPFD_CLOEXEC, stdio.length)) : fd;
    });
    if (request.detached) steps.push({ op: SPAWN_ACTION.setsid, fd: 0, arg: 0 });
    for (const [arg, fd] of sources.entries()) if (fd !== undefined) steps.push({ op: SPAWN_ACTION.dup2, fd, arg });
    if (request.cwd !== undefined) {
      const path = encode(request.cwd);
      const fd = keep(client.call('open', AT.FDCWD, path, O.RDONLY | O.DIRECTORY | O.CLOEXEC, 0));
      steps.push({ op: SPAWN_ACTION.fchdir, fd, arg: 0 });
    }
    for (const arg of [SIGNAL.SIGPIPE, SIGNAL.SIGCHLD]) steps.push({ op: SPAWN_ACTION.sigdefault, fd: 0, arg });
    const actions = actionBytes(steps);
    const path = environment.find((entry) => entry.startsWith('PATH='))?.slice(5);
    return searchPath(request.file, path, (file, shell) => {
      const argv = shell ? ['sh', file, ...args.slice(1)] : args;
      const program = encode(shell ? '/bin/sh' : file);
      return client.call('spawn', program, strings(encode, argv), strings(encode, environment), actions, 0);
    });
  } finally {
    for (const fd of opened) client.call('close', fd);
  }
};

/** How a child has ended; undefined while it runs. */
export const reap = (client: SyscallClient, pid: number, block: boolean): ChildEnd | undefined => {
  const info = new Uint8Array(LAYOUT.waitinfo.size);
  if (client.call('wait4', pid, block ? 0 : WAIT.NOHANG, info) === 0) return undefined;
  const status = decodeStatus(unpack('waitinfo', info).status);
  if (status.kind === 'exited') return { code: status.code, signal: 0 };
  return { code: 0, signal: status.kind === 'signaled' ? status.signal : 0 };
};

/** As Node names a signal; empty for none. */
export const nameOfSignal = (signal: number): string => (signal === 0 ? '' : signalName(signal));
