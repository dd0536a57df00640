// args_*, environ_*, proc_*, sched_yield, random_get, sock_*.

import { SysError } from '../../abi/errno.ts';
import { S } from '../../abi/file.ts';
import { SIGNAL } from '../../abi/signals.ts';
import type { GuestMemory } from '../runtime/guest-memory.ts';
import type { Preview1Context } from './context.ts';

/** Most that one getRandomValues fills. */
const RANDOM_MAX = 65536;

/** Signals in the order of their numbers in preview1, from 1. */
const SIGNALS: readonly number[] = [
  SIGNAL.SIGHUP,
  SIGNAL.SIGINT,
  SIGNAL.SIGQUIT,
  SIGNAL.SIGILL,
  SIGNAL.SIGTRAP,
  SIGNAL.SIGABRT,
  SIGNAL.SIGBUS,
  SIGNAL.SIGFPE,
  SIGNAL.SIGKILL,
  SIGNAL.SIGUSR1,
  SIGNAL.SIGSEGV,
  SIGNAL.SIGUSR2,
  SIGNAL.SIGPIPE,
  SIGNAL.SIGALRM,
  SIGNAL.SIGTERM,
  SIGNAL.SIGCHLD,
  SIGNAL.SIGCONT,
  SIGNAL.SIGSTOP,
  SIGNAL.SIGTSTP,
  SIGNAL.SIGTTIN,
  SIGNAL.SIGTTOU,
  SIGNAL.SIGURG,
  SIGNAL.SIGXCPU,
  SIGNAL.SIGXFSZ,
  SIGNAL.SIGVTALRM,
  SIGNAL.SIGPROF,
  SIGNAL.SIGWINCH,
  SIGNAL.SIGIO,
  SIGNAL.SIGPWR,
  SIGNAL.SIGSYS,
];

const countOf = (strings: Uint8Array): number => strings.reduce((count, byte) => (byte === 0 ? count + 1 : count), 0);

/** The strings as they lie, and a table of pointers to them. */
const writeStrings = (memory: GuestMemory, strings: Uint8Array, table: number, block: number): number => {
  const start = memory.require(block, strings.length);
  let at = memory.require(table, countOf(strings) * 4);
  memory.bytes.set(strings, start);
  for (let from = 0; from < strings.length; from = strings.indexOf(0, from) + 1) {
    memory.view.setUint32(at, start + from, true);
    at += 4;
  }
  return 0;
};

const writeSizes = (memory: GuestMemory, strings: Uint8Array, count: number, size: number): number => {
  memory.setU32(count, countOf(strings));
  memory.setU32(size, strings.length);
  return 0;
};

/** There are no sockets: EBADF, or ENOTSOCK for what is open. */
const socketCall = (context: Preview1Context, fd: number): number => {
  const { mode } = context.fstat(context.descriptors.real(fd));
  throw new SysError((mode & S.IFMT) === S.IFSOCK ? 'ENOSYS' : 'ENOTSOCK');
};

export const PROCESS_CALLS = {
  args_get: ({ guest, memory }: Preview1Context, table: number, block: number) =>
    writeStrings(memory, guest.strings.argv, table, block),

  args_sizes_get: ({ guest, memory }: Preview1Context, count: number, size: number) =>
    writeSizes(memory, guest.strings.argv, count, size),

  environ_get: ({ guest, memory }: Preview1Context, table: number, block: number) =>
    writeStrings(memory, guest.strings.envp, table, block),

  environ_sizes_get: ({ guest, memory }: Preview1Context, count: number, size: number) =>
    writeSizes(memory, guest.strings.envp, count, size),

  proc_exit: ({ guest }: Preview1Context, status: number): number => guest.exitProcess(status),

  proc_raise({ client }: Preview1Context, signal: number) {
    const number = signal === 0 ? 0 : SIGNALS[signal - 1];
    if (number === undefined) throw new SysError('EINVAL');
    client.call('kill', client.call('getpid'), number);
    return 0;
  },

  sched_yield({ client }: Preview1Context) {
    client.poll();
    return 0;
  },

  random_get({ memory }: Preview1Context, pointer: number, length: number) {
    const bytes = memory.slice(pointer, length);
    for (let at = 0; at < bytes.length; at += RANDOM_MAX) crypto.getRandomValues(bytes.subarray(at, at + RANDOM_MAX));
    return 0;
  },

  sock_accept: (context: Preview1Context, fd: number, _flags: number, _result: number) => socketCall(context, fd),

  sock_recv: (
    context: Preview1Context,
    fd: number,
    _iovs: number,
    _count: number,
    _flags: number,
    _size: number,
    _outFlags: number,
  ) => socketCall(context, fd),

  sock_send: (context: Preview1Context, fd: number, _iovs: number, _count: number, _flags: number, _size: number) =>
    socketCall(context, fd),

  sock_shutdown: (context: Preview1Context, fd: number, _how: number) => socketCall(context, fd),
};
