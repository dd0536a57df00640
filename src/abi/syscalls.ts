// The one table of the ABI: every call of TabOS, with its number, arguments, result, errors and where it is served.
//
// Client and handler types, codec, dispatch, strace, the C header of the guest library (wasm/libc) and docs/SYSCALLS.md
// derive from these rows. Numbers are append-only. Argument kinds:
//   int, uint, fd, pid, sig, flags, mode   a 32-bit integer (the finer kinds are for strace and documentation)
//   off                                    a 64-bit integer, a number on the system's side (exact to 2^53)
//   path                                   bytes without NUL; inside the system a byte string (one char code a byte)
//   strs                                   zero or more NUL-terminated byte strings, one after another (argv, envp)
//   in / out / inout                       a buffer; with `@name` it holds structs of that layout (layout.ts)
// A result is a number >= 0 (`void` is 0), or minus the errno. A WASI guest imports a row from module `tabos` under
// the row's name: i32 for an integer, i64 for `off`, (pointer, length) for path, strs and buffers; the result is i32
// (i64 where the row says `off`), minus the WASI errno on failure.

import type { Errno } from './errno.ts';
import type { LayoutName } from './layout.ts';

export type IntKind = 'int' | 'uint' | 'fd' | 'pid' | 'sig' | 'flags' | 'mode';
type BufferKind = 'in' | 'out' | 'inout';
export type ArgKind = IntKind | 'off' | 'path' | 'strs' | BufferKind | `${BufferKind}@${LayoutName}`;
export type ResultKind = 'void' | 'int' | 'fd' | 'pid' | 'off' | 'count';

/** Who answers: the process's own runtime, the tab's station, the volume (through the station), or the kernel. */
export type ServedBy = 'process' | 'station' | 'volume' | 'kernel';

export interface Row {
  readonly nr: number;
  readonly args: readonly (readonly [name: string, kind: ArgKind])[];
  readonly result: ResultKind;
  readonly served: ServedBy;
  /** May sleep for as long as it takes; a signal interrupts it (EINTR, or a restart with SA_RESTART). */
  readonly blocks?: true;
  readonly errors: readonly Errno[];
  readonly doc: string;
}

const FD = ['fd', 'fd'] as const;
const DIRFD = ['dirfd', 'fd'] as const;
const PATH = ['path', 'path'] as const;
const WALK = ['EACCES', 'ELOOP', 'ENAMETOOLONG', 'ENOENT', 'ENOTDIR'] as const satisfies readonly Errno[];

export const SYSCALLS = {
  // --- descriptors and data -------------------------------------------------------------------------------------
  read: {
    nr: 1,
    args: [FD, ['buf', 'out']],
    result: 'count',
    served: 'station',
    blocks: true,
    errors: ['EAGAIN', 'EBADF', 'EINTR', 'EIO', 'EISDIR'],
    doc: 'Read from the current offset; 0 is end of file.',
  },
  write: {
    nr: 2,
    args: [FD, ['buf', 'in']],
    result: 'count',
    served: 'station',
    blocks: true,
    errors: ['EAGAIN', 'EBADF', 'EFBIG', 'EINTR', 'EIO', 'ENOSPC', 'EPIPE'],
    doc: 'Write at the current offset, or at the end with O_APPEND.',
  },
  pread: {
    nr: 3,
    args: [FD, ['buf', 'out'], ['offset', 'off']],
    result: 'count',
    served: 'volume',
    errors: ['EBADF', 'EINVAL', 'EIO', 'EISDIR', 'ESPIPE'],
    doc: 'Read at an offset; the descriptor keeps its own.',
  },
  pwrite: {
    nr: 4,
    args: [FD, ['buf', 'in'], ['offset', 'off']],
    result: 'count',
    served: 'volume',
    errors: ['EBADF', 'EFBIG', 'EINVAL', 'EIO', 'ENOSPC', 'ESPIPE'],
    doc: 'Write at an offset; the descriptor keeps its own.',
  },
  open: {
    nr: 5,
    args: [DIRFD, PATH, ['flags', 'flags'], ['mode', 'mode']],
    result: 'fd',
    served: 'volume',
    blocks: true,
    errors: [...WALK, 'EEXIST', 'EINTR', 'EINVAL', 'EISDIR', 'EMFILE', 'ENODEV', 'ENOSPC', 'ENXIO', 'EROFS', 'ETXTBSY'],
    doc: 'openat(2): open or create a file. Blocks only for a FIFO without a peer.',
  },
  close: { nr: 6, args: [FD], result: 'void', served: 'station', errors: ['EBADF', 'EIO'], doc: 'Close a descriptor.' },
  lseek: {
    nr: 7,
    args: [FD, ['offset', 'off'], ['whence', 'int']],
    result: 'off',
    served: 'station',
    errors: ['EBADF', 'EINVAL', 'ENXIO', 'EOVERFLOW', 'ESPIPE'],
    doc: 'Move the offset. On a directory, an offset is a cookie of getdents.',
  },
  dup: {
    nr: 8,
    args: [FD],
    result: 'fd',
    served: 'station',
    errors: ['EBADF', 'EMFILE'],
    doc: 'Duplicate onto the lowest free descriptor.',
  },
  dup3: {
    nr: 9,
    args: [FD, ['newfd', 'fd'], ['flags', 'flags']],
    result: 'fd',
    served: 'station',
    errors: ['EBADF', 'EINVAL'],
    doc: 'Duplicate onto newfd, closing it first; flags may be O_CLOEXEC. Unlike Linux, equal descriptors are allowed (dup2).',
  },
  fcntl: {
    nr: 10,
    args: [FD, ['cmd', 'int'], ['arg', 'int']],
    result: 'int',
    served: 'station',
    errors: ['EBADF', 'EINVAL', 'EMFILE'],
    doc: 'F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETPIPE_SZ.',
  },
  pipe2: {
    nr: 11,
    args: [
      ['fds', 'out@fdpair'],
      ['flags', 'flags'],
    ],
    result: 'void',
    served: 'station',
    errors: ['EINVAL', 'EMFILE', 'ENFILE'],
    doc: 'Make a pipe: first is the read end. Flags: O_CLOEXEC, O_NONBLOCK.',
  },
  poll: {
    nr: 12,
    args: [
      ['fds', 'inout@pollfd'],
      ['timeoutUs', 'off'],
      ['useMask', 'int'],
      ['maskLo', 'uint'],
      ['maskHi', 'uint'],
    ],
    result: 'int',
    served: 'station',
    blocks: true,
    errors: ['EINTR', 'EINVAL'],
    doc: 'ppoll(2): wait for events. A negative timeout waits for ever; with useMask the signal mask is replaced meanwhile.',
  },
  fsync: {
    nr: 13,
    args: [FD, ['dataOnly', 'int']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF', 'EINVAL', 'EIO', 'ENOSPC'],
    doc: 'Return when the file is on durable storage.',
  },
  fadvise: {
    nr: 230,
    args: [FD, ['offset', 'off'], ['length', 'off'], ['advice', 'int']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF', 'EINVAL', 'EHOSTUNREACH', 'ENETUNREACH', 'ESPIPE'],
    doc: 'posix_fadvise(2). DONTNEED gives up the local copy of a file of the image; on its list of packages it fetches the list anew. The rest has no effect.',
  },
  sync: {
    nr: 14,
    args: [],
    result: 'void',
    served: 'volume',
    errors: ['EIO'],
    doc: 'Return when everything is on durable storage.',
  },
  ftruncate: {
    nr: 15,
    args: [FD, ['length', 'off']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF', 'EFBIG', 'EINVAL', 'ENOSPC'],
    doc: 'Set the length; growth reads as zeros.',
  },
  flock: {
    nr: 16,
    args: [FD, ['op', 'int']],
    result: 'void',
    served: 'kernel',
    blocks: true,
    errors: ['EAGAIN', 'EBADF', 'EINTR', 'EINVAL'],
    doc: 'Advisory lock on an open file: LOCK_SH, LOCK_EX, LOCK_UN, with LOCK_NB.',
  },
  fionread: {
    nr: 17,
    args: [FD],
    result: 'int',
    served: 'station',
    errors: ['EBADF', 'ENOTTY'],
    doc: 'FIONREAD: bytes that a read would give at once.',
  },
  getdents: {
    nr: 18,
    args: [FD, ['buf', 'out']],
    result: 'count',
    served: 'volume',
    errors: ['EBADF', 'EINVAL', 'ENOENT', 'ENOTDIR'],
    doc: 'Directory entries (layout dirent, name behind it, 8-aligned), `.` and `..` included; 0 at the end.',
  },

  // --- names ----------------------------------------------------------------------------------------------------
  stat: {
    nr: 30,
    args: [DIRFD, PATH, ['flags', 'flags'], ['buf', 'out@stat']],
    result: 'void',
    served: 'volume',
    errors: WALK,
    doc: 'fstatat(2). Flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH.',
  },
  fstat: {
    nr: 31,
    args: [FD, ['buf', 'out@stat']],
    result: 'void',
    served: 'station',
    errors: ['EBADF'],
    doc: 'Status of an open file.',
  },
  access: {
    nr: 32,
    args: [DIRFD, PATH, ['mode', 'int'], ['flags', 'flags']],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EINVAL', 'EROFS'],
    doc: 'faccessat(2): by the real ids, by the effective ones with AT_EACCESS.',
  },
  readlink: {
    nr: 33,
    args: [DIRFD, PATH, ['buf', 'out']],
    result: 'count',
    served: 'volume',
    errors: [...WALK, 'EINVAL'],
    doc: 'The target of a symbolic link, cut to the buffer.',
  },
  symlink: {
    nr: 34,
    args: [['target', 'path'], DIRFD, PATH],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EEXIST', 'ENOSPC', 'EROFS'],
    doc: 'Make a symbolic link.',
  },
  link: {
    nr: 35,
    args: [
      ['olddirfd', 'fd'],
      ['oldpath', 'path'],
      ['newdirfd', 'fd'],
      ['newpath', 'path'],
      ['flags', 'flags'],
    ],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EEXIST', 'EMLINK', 'ENOSPC', 'EPERM', 'EROFS', 'EXDEV'],
    doc: 'Make a hard link; follows a symbolic link only with AT_SYMLINK_FOLLOW.',
  },
  unlink: {
    nr: 36,
    args: [DIRFD, PATH, ['flags', 'flags']],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EBUSY', 'EINVAL', 'EISDIR', 'ENOTEMPTY', 'EPERM', 'EROFS'],
    doc: 'unlinkat(2): remove a name, or an empty directory with AT_REMOVEDIR.',
  },
  rename: {
    nr: 37,
    args: [
      ['olddirfd', 'fd'],
      ['oldpath', 'path'],
      ['newdirfd', 'fd'],
      ['newpath', 'path'],
      ['flags', 'flags'],
    ],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EBUSY', 'EEXIST', 'EINVAL', 'EISDIR', 'ENOSPC', 'ENOTEMPTY', 'EPERM', 'EROFS', 'EXDEV'],
    doc: 'renameat2(2), atomic. Flags: RENAME_NOREPLACE, RENAME_EXCHANGE.',
  },
  mkdir: {
    nr: 38,
    args: [DIRFD, PATH, ['mode', 'mode']],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EEXIST', 'EMLINK', 'ENOSPC', 'EROFS'],
    doc: 'Make a directory.',
  },
  mknod: {
    nr: 39,
    args: [DIRFD, PATH, ['mode', 'mode'], ['dev', 'uint']],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EEXIST', 'EINVAL', 'ENOSPC', 'EPERM', 'EROFS'],
    doc: 'Make a file, FIFO, socket or device node.',
  },
  chmod: {
    nr: 40,
    args: [DIRFD, PATH, ['mode', 'mode'], ['flags', 'flags']],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EOPNOTSUPP', 'EPERM', 'EROFS'],
    doc: 'Set permission bits.',
  },
  fchmod: {
    nr: 41,
    args: [FD, ['mode', 'mode']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF', 'EPERM', 'EROFS'],
    doc: 'Set permission bits of an open file.',
  },
  chown: {
    nr: 42,
    args: [DIRFD, PATH, ['uid', 'uint'], ['gid', 'uint'], ['flags', 'flags']],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EPERM', 'EROFS'],
    doc: 'Set owner and group; 0xffffffff leaves one as it is.',
  },
  fchown: {
    nr: 43,
    args: [FD, ['uid', 'uint'], ['gid', 'uint']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF', 'EPERM', 'EROFS'],
    doc: 'Set owner and group of an open file.',
  },
  utimens: {
    nr: 44,
    args: [
      DIRFD,
      PATH,
      ['atimeSec', 'off'],
      ['atimeNsec', 'uint'],
      ['mtimeSec', 'off'],
      ['mtimeNsec', 'uint'],
      ['flags', 'flags'],
    ],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EINVAL', 'EPERM', 'EROFS'],
    doc: 'utimensat(2), with UTIME_NOW and UTIME_OMIT as nanoseconds.',
  },
  futimens: {
    nr: 45,
    args: [FD, ['atimeSec', 'off'], ['atimeNsec', 'uint'], ['mtimeSec', 'off'], ['mtimeNsec', 'uint']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF', 'EINVAL', 'EPERM', 'EROFS'],
    doc: 'futimens(3).',
  },
  truncate: {
    nr: 46,
    args: [PATH, ['length', 'off']],
    result: 'void',
    served: 'volume',
    errors: [...WALK, 'EFBIG', 'EINVAL', 'EISDIR', 'ENOSPC', 'EROFS'],
    doc: 'Set the length of a named file.',
  },
  statfs: {
    nr: 47,
    args: [PATH, ['buf', 'out@statfs']],
    result: 'void',
    served: 'volume',
    errors: WALK,
    doc: 'The file system that holds a path.',
  },
  fstatfs: {
    nr: 48,
    args: [FD, ['buf', 'out@statfs']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF'],
    doc: 'The file system that holds an open file.',
  },
  chdir: { nr: 49, args: [PATH], result: 'void', served: 'volume', errors: WALK, doc: 'Change the working directory.' },
  fchdir: {
    nr: 50,
    args: [FD],
    result: 'void',
    served: 'station',
    errors: ['EACCES', 'EBADF', 'ENOTDIR'],
    doc: 'Change the working directory to an open one.',
  },
  getcwd: {
    nr: 51,
    args: [['buf', 'out']],
    result: 'count',
    served: 'volume',
    errors: ['ENOENT', 'ERANGE'],
    doc: 'The path of the working directory, without NUL.',
  },
  umask: {
    nr: 52,
    args: [['mask', 'mode']],
    result: 'int',
    served: 'station',
    errors: [],
    doc: 'Set the file creation mask; the old one is the result.',
  },

  // --- processes ------------------------------------------------------------------------------------------------
  fork: {
    nr: 70,
    args: [],
    result: 'pid',
    served: 'kernel',
    errors: ['EAGAIN', 'ENOMEM', 'ENOSYS'],
    doc: 'A copy of the process: 0 in the child. Needs a program that was asyncified for this import; ENOSYS in others.',
  },
  vfork: {
    nr: 71,
    args: [],
    result: 'pid',
    served: 'kernel',
    errors: ['EAGAIN'],
    doc: 'Until execve or exit, the calls of this process act for its new child, whose pid is the result. The guest library makes vfork(2) of it.',
  },
  execve: {
    nr: 72,
    args: [PATH, ['argv', 'strs'], ['envp', 'strs'], ['dirfd', 'fd'], ['flags', 'flags']],
    result: 'pid',
    served: 'volume',
    errors: [...WALK, 'E2BIG', 'EISDIR', 'ENOEXEC', 'ENOMEM', 'ETXTBSY'],
    doc: 'Run another program in this process: does not return, except after vfork, where the result is the child that now runs it. `#!` lines are followed.',
  },
  spawn: {
    nr: 73,
    args: [PATH, ['argv', 'strs'], ['envp', 'strs'], ['actions', 'in@spawnAction'], ['flags', 'flags']],
    result: 'pid',
    served: 'kernel',
    errors: [...WALK, 'E2BIG', 'EAGAIN', 'EBADF', 'EISDIR', 'ENOEXEC'],
    doc: 'posix_spawn(3): a new child that runs a program; the actions are applied to its descriptors in order.',
  },
  exit: {
    nr: 74,
    args: [['status', 'int']],
    result: 'void',
    served: 'kernel',
    errors: [],
    doc: 'End the process with an exit code of 8 bits. Returns only after vfork, where it ends the child.',
  },
  wait4: {
    nr: 75,
    args: [
      ['pid', 'int'],
      ['options', 'flags'],
      ['info', 'out@waitinfo'],
    ],
    result: 'pid',
    served: 'kernel',
    blocks: true,
    errors: ['ECHILD', 'EINTR', 'EINVAL'],
    doc: 'Wait for a child to change state: WNOHANG (then 0), WUNTRACED, WCONTINUED, WNOWAIT; WLIVING: not for one that ended.',
  },
  getpid: { nr: 76, args: [], result: 'pid', served: 'station', errors: [], doc: 'The process id.' },
  getppid: { nr: 77, args: [], result: 'pid', served: 'station', errors: [], doc: "The parent's process id." },
  getpgid: {
    nr: 78,
    args: [['pid', 'pid']],
    result: 'pid',
    served: 'kernel',
    errors: ['ESRCH'],
    doc: 'The process group of a process; 0 is the caller.',
  },
  setpgid: {
    nr: 79,
    args: [
      ['pid', 'pid'],
      ['pgid', 'pid'],
    ],
    result: 'void',
    served: 'kernel',
    errors: ['EACCES', 'EINVAL', 'EPERM', 'ESRCH'],
    doc: 'Move a process into a group of its session.',
  },
  getsid: {
    nr: 80,
    args: [['pid', 'pid']],
    result: 'pid',
    served: 'kernel',
    errors: ['ESRCH'],
    doc: 'The session of a process; 0 is the caller.',
  },
  setsid: {
    nr: 81,
    args: [],
    result: 'pid',
    served: 'kernel',
    errors: ['EPERM'],
    doc: 'Start a session and a process group, without a terminal.',
  },
  getresuid: {
    nr: 82,
    args: [['ids', 'out@ids']],
    result: 'void',
    served: 'station',
    errors: [],
    doc: 'Real, effective and saved user id.',
  },
  getresgid: {
    nr: 83,
    args: [['ids', 'out@ids']],
    result: 'void',
    served: 'station',
    errors: [],
    doc: 'Real, effective and saved group id.',
  },
  setresuid: {
    nr: 84,
    args: [
      ['real', 'uint'],
      ['effective', 'uint'],
      ['saved', 'uint'],
    ],
    result: 'void',
    served: 'station',
    errors: ['EPERM'],
    doc: 'Set user ids; 0xffffffff leaves one as it is.',
  },
  setresgid: {
    nr: 85,
    args: [
      ['real', 'uint'],
      ['effective', 'uint'],
      ['saved', 'uint'],
    ],
    result: 'void',
    served: 'station',
    errors: ['EPERM'],
    doc: 'Set group ids; 0xffffffff leaves one as it is.',
  },
  getrlimit: {
    nr: 86,
    args: [
      ['resource', 'int'],
      ['limit', 'out@rlimit'],
    ],
    result: 'void',
    served: 'station',
    errors: ['EINVAL'],
    doc: 'A resource limit (Linux numbers).',
  },
  setrlimit: {
    nr: 87,
    args: [
      ['resource', 'int'],
      ['limit', 'in@rlimit'],
    ],
    result: 'void',
    served: 'station',
    errors: ['EINVAL', 'EPERM'],
    doc: 'Set a resource limit: RLIMIT_NOFILE, RLIMIT_FSIZE and RLIMIT_NPROC are enforced, the others only kept.',
  },
  times: {
    nr: 88,
    args: [['times', 'out@cputimes']],
    result: 'void',
    served: 'station',
    errors: [],
    doc: 'CPU time of the process and of its waited-for children.',
  },

  // --- signals and time -----------------------------------------------------------------------------------------
  kill: {
    nr: 100,
    args: [
      ['pid', 'int'],
      ['sig', 'sig'],
    ],
    result: 'void',
    served: 'kernel',
    errors: ['EINVAL', 'EPERM', 'ESRCH'],
    doc: 'Send a signal to a process, a group (pid < 0, or 0: the own) or everybody (-1). Signal 0 only checks.',
  },
  sigaction: {
    nr: 101,
    args: [
      ['sig', 'sig'],
      ['disposition', 'int'],
      ['flags', 'flags'],
      ['maskLo', 'uint'],
      ['maskHi', 'uint'],
    ],
    result: 'int',
    served: 'station',
    errors: ['EINVAL'],
    doc: 'Set a disposition (0 default, 1 ignore, 2 handler, -1 only ask); the old one is the result.',
  },
  sigprocmask: {
    nr: 102,
    args: [
      ['how', 'int'],
      ['maskLo', 'uint'],
      ['maskHi', 'uint'],
      ['old', 'out@sigset'],
    ],
    result: 'void',
    served: 'station',
    errors: ['EINVAL'],
    doc: 'Change the set of blocked signals (0 block, 1 unblock, 2 set).',
  },
  sigpending: {
    nr: 103,
    args: [['set', 'out@sigset']],
    result: 'void',
    served: 'station',
    errors: [],
    doc: 'Signals that are blocked and pending.',
  },
  sigsuspend: {
    nr: 104,
    args: [
      ['maskLo', 'uint'],
      ['maskHi', 'uint'],
    ],
    result: 'void',
    served: 'station',
    blocks: true,
    errors: ['EINTR'],
    doc: 'Sleep with another mask until a handler runs.',
  },
  sigtake: {
    nr: 105,
    args: [['info', 'out@siginfo']],
    result: 'int',
    served: 'station',
    errors: [],
    doc: 'For the runtime: take the next signal that has a handler and enter its mask; 0 when there is none.',
  },
  sigreturn: {
    nr: 106,
    args: [
      ['maskLo', 'uint'],
      ['maskHi', 'uint'],
    ],
    result: 'void',
    served: 'station',
    errors: [],
    doc: 'For the runtime: leave a handler, restoring the mask.',
  },
  sigtimedwait: {
    nr: 110,
    args: [
      ['maskLo', 'uint'],
      ['maskHi', 'uint'],
      ['timeoutNs', 'off'],
      ['info', 'out@siginfo'],
    ],
    result: 'int',
    served: 'station',
    blocks: true,
    errors: ['EAGAIN', 'EINTR'],
    doc: 'Wait for a signal of a set and take it without its handler. A negative timeout waits for ever; EAGAIN when it is over.',
  },
  setitimer: {
    nr: 107,
    args: [
      ['valueUs', 'off'],
      ['intervalUs', 'off'],
      ['old', 'out@itimer'],
    ],
    result: 'void',
    served: 'station',
    errors: ['EINVAL'],
    doc: 'ITIMER_REAL: SIGALRM after a time, then at every interval.',
  },
  sigpoll: {
    nr: 109,
    args: [],
    result: 'void',
    served: 'process',
    errors: [],
    doc: 'Run the handlers of pending signals now: a cheap check for loops that make no other call.',
  },
  nanosleep: {
    nr: 108,
    args: [['ns', 'off']],
    result: 'void',
    served: 'station',
    blocks: true,
    errors: ['EINTR', 'EINVAL'],
    doc: 'Sleep. Never restarted; the caller computes what remains from its clock.',
  },

  // --- sockets --------------------------------------------------------------------------------------------------
  socket: {
    nr: 180,
    args: [
      ['domain', 'int'],
      ['type', 'flags'],
      ['protocol', 'int'],
    ],
    result: 'fd',
    served: 'station',
    errors: ['EAFNOSUPPORT', 'EMFILE', 'EPROTONOSUPPORT'],
    doc: 'A socket: AF_UNIX, AF_INET or AF_INET6, SOCK_STREAM or SOCK_DGRAM with SOCK_CLOEXEC and SOCK_NONBLOCK.',
  },
  socketpair: {
    nr: 181,
    args: [
      ['domain', 'int'],
      ['type', 'flags'],
      ['protocol', 'int'],
      ['fds', 'out@fdpair'],
    ],
    result: 'void',
    served: 'station',
    errors: ['EAFNOSUPPORT', 'EMFILE', 'EOPNOTSUPP', 'EPROTONOSUPPORT'],
    doc: 'Two connected AF_UNIX sockets.',
  },
  bind: {
    nr: 182,
    args: [FD, ['address', 'in']],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'ENOTSOCK', ...WALK, 'EADDRINUSE', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL', 'ENOSPC', 'EROFS'],
    doc: 'Name a socket. Addresses are as in abi/socket.ts; port 0 takes a free one.',
  },
  listen: {
    nr: 183,
    args: [FD, ['backlog', 'int']],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'ENOTSOCK', 'EADDRINUSE', 'EINVAL', 'EOPNOTSUPP'],
    doc: 'Let connections wait to be accepted, at most `backlog` and one.',
  },
  accept: {
    nr: 184,
    args: [FD, ['flags', 'flags']],
    result: 'fd',
    served: 'station',
    blocks: true,
    errors: ['EBADF', 'ENOTSOCK', 'EAGAIN', 'EINTR', 'EINVAL', 'EMFILE', 'EOPNOTSUPP'],
    doc: 'accept4(2): the connection that has waited longest; `getpeername` says from where.',
  },
  connect: {
    nr: 185,
    args: [FD, ['address', 'in']],
    result: 'void',
    served: 'kernel',
    blocks: true,
    errors: [
      'EBADF',
      'ENOTSOCK',
      ...WALK,
      'EAFNOSUPPORT',
      'EALREADY',
      'ECONNREFUSED',
      'EINPROGRESS',
      'EINTR',
      'EINVAL',
      'EISCONN',
      'ENETUNREACH',
    ],
    doc: 'Connect a stream, or set where a datagram socket sends. Only this machine can be reached: ENETUNREACH.',
  },
  shutdown: {
    nr: 186,
    args: [FD, ['how', 'int']],
    result: 'void',
    served: 'station',
    errors: ['EBADF', 'ENOTSOCK', 'EINVAL', 'ENOTCONN'],
    doc: 'End reading (0), writing (1) or both (2).',
  },
  getsockname: {
    nr: 187,
    args: [FD, ['name', 'out@sockname']],
    result: 'void',
    served: 'station',
    errors: ['EBADF', 'ENOTSOCK'],
    doc: 'The address of a socket.',
  },
  getpeername: {
    nr: 188,
    args: [FD, ['name', 'out@sockname']],
    result: 'void',
    served: 'station',
    errors: ['EBADF', 'ENOTSOCK', 'ENOTCONN'],
    doc: 'The address that a socket is connected to.',
  },
  sendto: {
    nr: 189,
    args: [FD, ['buf', 'in'], ['flags', 'flags'], ['address', 'in']],
    result: 'int',
    served: 'station',
    blocks: true,
    errors: [
      'EBADF',
      'ENOTSOCK',
      'EAGAIN',
      'ECONNREFUSED',
      'ECONNRESET',
      'EDESTADDRREQ',
      'EINTR',
      'EISCONN',
      'EMSGSIZE',
      'ENETUNREACH',
      'ENOBUFS',
      'ENOTCONN',
      'EOPNOTSUPP',
      'EPIPE',
    ],
    doc: 'Send; an address of no bytes means the peer. Flags: MSG_DONTWAIT, MSG_NOSIGNAL, MSG_MORE (no effect).',
  },
  recvfrom: {
    nr: 190,
    args: [FD, ['buf', 'out'], ['flags', 'flags'], ['from', 'out@sockname']],
    result: 'count',
    served: 'station',
    blocks: true,
    errors: ['EBADF', 'ENOTSOCK', 'EAGAIN', 'ECONNREFUSED', 'ECONNRESET', 'EINTR', 'EINVAL', 'ENOTCONN', 'EOPNOTSUPP'],
    doc: 'Receive, with the sender of a datagram. Flags: MSG_DONTWAIT, MSG_PEEK, MSG_TRUNC (the result is the whole length), MSG_WAITALL.',
  },
  getsockopt: {
    nr: 191,
    args: [FD, ['level', 'int'], ['name', 'int'], ['value', 'out']],
    result: 'count',
    served: 'station',
    errors: ['EBADF', 'ENOTSOCK', 'ENOPROTOOPT'],
    doc: 'An option, cut to the buffer.',
  },
  setsockopt: {
    nr: 192,
    args: [FD, ['level', 'int'], ['name', 'int'], ['value', 'in']],
    result: 'void',
    served: 'station',
    errors: ['EBADF', 'ENOTSOCK', 'EINVAL', 'ENOPROTOOPT'],
    doc: 'Set an option. Sizes of buffers and keep-alive times are kept and have no effect.',
  },

  // --- terminals ------------------------------------------------------------------------------------------------
  tcgetattr: {
    nr: 120,
    args: [FD, ['termios', 'out@termios']],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'EIO', 'ENOTTY'],
    doc: 'Terminal attributes.',
  },
  tcsetattr: {
    nr: 121,
    args: [FD, ['when', 'int'], ['termios', 'in@termios']],
    result: 'void',
    served: 'kernel',
    blocks: true,
    errors: ['EBADF', 'EINTR', 'EINVAL', 'EIO', 'ENOTTY'],
    doc: 'Set terminal attributes now, after the output, or after it and dropping input.',
  },
  tcgetwinsz: {
    nr: 122,
    args: [FD, ['size', 'out@winsize']],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'ENOTTY'],
    doc: 'TIOCGWINSZ.',
  },
  tcsetwinsz: {
    nr: 123,
    args: [FD, ['size', 'in@winsize']],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'ENOTTY'],
    doc: 'TIOCSWINSZ: SIGWINCH to the foreground group when it changes.',
  },
  tcgetpgrp: {
    nr: 124,
    args: [FD],
    result: 'pid',
    served: 'kernel',
    errors: ['EBADF', 'ENOTTY'],
    doc: 'The foreground process group.',
  },
  tcsetpgrp: {
    nr: 125,
    args: [FD, ['pgid', 'pid']],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'EINTR', 'EINVAL', 'ENOTTY', 'EPERM'],
    doc: 'Set the foreground process group; SIGTTOU from the background.',
  },
  tcgetsid: {
    nr: 126,
    args: [FD],
    result: 'pid',
    served: 'kernel',
    errors: ['EBADF', 'ENOTTY'],
    doc: 'The session whose controlling terminal this is.',
  },
  tcflush: {
    nr: 127,
    args: [FD, ['queue', 'int']],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'EINVAL', 'ENOTTY'],
    doc: 'Drop queued input (0), output (1) or both (2).',
  },
  tcflow: {
    nr: 128,
    args: [FD, ['action', 'int']],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'EINVAL', 'ENOTTY'],
    doc: 'Suspend or resume output (0, 1); send STOP or START (2, 3).',
  },
  tcdrain: {
    nr: 129,
    args: [FD],
    result: 'void',
    served: 'kernel',
    blocks: true,
    errors: ['EBADF', 'EINTR', 'ENOTTY'],
    doc: 'Wait until the output has been shown.',
  },
  tcsctty: {
    nr: 130,
    args: [FD, ['steal', 'int']],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'ENOTTY', 'EPERM'],
    doc: 'TIOCSCTTY: make it the controlling terminal of the calling session leader.',
  },
  tcnotty: {
    nr: 131,
    args: [FD],
    result: 'void',
    served: 'kernel',
    errors: ['EBADF', 'ENOTTY'],
    doc: 'TIOCNOTTY: give up the controlling terminal.',
  },
  ptsnum: {
    nr: 132,
    args: [FD],
    result: 'int',
    served: 'kernel',
    errors: ['EBADF', 'ENOTTY'],
    doc: 'TIOCGPTN: N of /dev/pts/N for an open /dev/ptmx.',
  },

  // --- locks and watches ------------------------------------------------------------------------------------------
  lock: {
    nr: 150,
    args: [FD, ['cmd', 'int'], ['lock', 'inout@flock']],
    result: 'void',
    served: 'kernel',
    blocks: true,
    errors: ['EAGAIN', 'EBADF', 'EDEADLK', 'EINTR', 'EINVAL', 'EOVERFLOW'],
    doc: 'fcntl_locking(2): F_GETLK, F_SETLK, F_SETLKW of the process, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW of the open file.',
  },

  inotify_init1: {
    nr: 151,
    args: [['flags', 'flags']],
    result: 'fd',
    served: 'station',
    errors: ['EINVAL', 'EMFILE'],
    doc: 'A descriptor from which changes of watched files are read. Flags: IN_CLOEXEC, IN_NONBLOCK.',
  },
  inotify_add_watch: {
    nr: 152,
    args: [FD, PATH, ['mask', 'flags']],
    result: 'int',
    served: 'kernel',
    errors: [...WALK, 'EBADF', 'EEXIST', 'EINVAL', 'ENOSPC'],
    doc: 'Watch a file or directory for changes by any process of any tab; the watch descriptor is the result.',
  },
  inotify_rm_watch: {
    nr: 153,
    args: [FD, ['wd', 'int']],
    result: 'void',
    served: 'station',
    errors: ['EBADF', 'EINVAL'],
    doc: 'Stop watching.',
  },

  // --- space and snapshots --------------------------------------------------------------------------------------
  fallocate: {
    nr: 220,
    args: [FD, ['mode', 'flags'], ['offset', 'off'], ['length', 'off']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF', 'EFBIG', 'EINVAL', 'EIO', 'ENODEV', 'ENOSPC', 'EOPNOTSUPP', 'ESPIPE'],
    doc: 'fallocate(2) with mode 0, KEEP_SIZE, or PUNCH_HOLE and KEEP_SIZE. A later write may still need space: it goes elsewhere.',
  },
  copy_file_range: {
    nr: 221,
    args: [
      ['infd', 'fd'],
      ['inoffset', 'off'],
      ['outfd', 'fd'],
      ['outoffset', 'off'],
      ['length', 'off'],
      ['flags', 'flags'],
    ],
    result: 'off',
    served: 'volume',
    blocks: true,
    errors: ['EBADF', 'EFBIG', 'EINVAL', 'EIO', 'EISDIR', 'ENOSPC', 'EXDEV'],
    doc: 'Copy between files of one file system, which shares the data where it can. Both offsets are given.',
  },
  ficlone: {
    nr: 222,
    args: [FD, ['source', 'fd']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF', 'EINVAL', 'EIO', 'EISDIR', 'ENOSPC', 'EOPNOTSUPP', 'EXDEV'],
    doc: 'FICLONE: the file becomes what another one is, and shares its data until one of them is changed.',
  },
  snapshot: {
    nr: 223,
    args: [FD, ['change', 'int'], ['name', 'path']],
    result: 'void',
    served: 'volume',
    errors: ['EBADF', 'EEXIST', 'EINVAL', 'EIO', 'ENOENT', 'ENOSPC', 'EOPNOTSUPP', 'EPERM'],
    doc: 'Make (1), delete (2) or go back to (3) a snapshot of the file system of an open file.',
  },
  snapshots: {
    nr: 224,
    args: [FD, ['index', 'int'], ['buf', 'out']],
    result: 'count',
    served: 'volume',
    errors: ['EBADF', 'EOPNOTSUPP', 'ERANGE'],
    doc: 'Describe snapshot number index, from 0, the oldest, on: seconds, nanoseconds, name, with spaces between. 0: there is none.',
  },
  fsck: {
    nr: 225,
    args: [FD, ['step', 'off'], ['buf', 'out']],
    result: 'off',
    served: 'volume',
    errors: ['EBADF', 'EIO', 'EOPNOTSUPP', 'EPERM'],
    doc: 'One step of a check of the file system of an open file, from 0 on: what it finds, as lines and a NUL in buf. The result is the next step; 0: that was all.',
  },

  mount: {
    nr: 154,
    args: [
      ['source', 'path'],
      ['target', 'path'],
      ['type', 'path'],
      ['flags', 'flags'],
      ['data', 'path'],
    ],
    result: 'void',
    served: 'kernel',
    errors: [...WALK, 'EBUSY', 'EINVAL', 'ENODEV', 'ENOSPC', 'EPERM'],
    doc: 'mount(2), for all tabs: a new tmpfs (size, nr_inodes, mode), an overlay (lowerdir, upperdir, workdir), or with MS_BIND a directory. Also MS_RDONLY.',
  },
  umount2: {
    nr: 155,
    args: [
      ['target', 'path'],
      ['flags', 'flags'],
    ],
    result: 'void',
    served: 'kernel',
    errors: [...WALK, 'EBUSY', 'EINVAL', 'EPERM'],
    doc: 'Unmount what was mounted by `mount`; with MNT_DETACH also when it is in use. EPERM for mounts of the machine.',
  },

  // --- tracing --------------------------------------------------------------------------------------------------
  ptrace: {
    nr: 140,
    args: [
      ['pid', 'pid'],
      ['fd', 'fd'],
      ['flags', 'flags'],
    ],
    result: 'void',
    served: 'station',
    errors: ['EBADF', 'EPERM', 'ESRCH'],
    doc: 'strace: from now on write a line a call of the process to an own descriptor; with flag 1, of its descendants too. pid 0: the caller itself, from its next execve on.',
  },
} as const satisfies Record<string, Row>;

export type SyscallName = keyof typeof SYSCALLS;

/** What an argument is on the system's side (handlers) and for a client in TypeScript. */
type ArgValue<K extends ArgKind> = K extends IntKind | 'off' ? number : K extends 'path' ? string : Uint8Array;
type ArgsOf<A extends Row['args']> = { -readonly [I in keyof A]: ArgValue<A[I][1]> };

/** The arguments of a call as a tuple. */
export type SyscallArgs<N extends SyscallName> = ArgsOf<(typeof SYSCALLS)[N]['args']>;

/** Handler of a call: its context, then the arguments; `void` and `out` results are numbers as well. */
export type Handler<N extends SyscallName, Context> = (
  context: Context,
  ...args: SyscallArgs<N>
) => number | Promise<number>;

/** The calls that cross the channel: all but those that the process's own runtime answers. */
export type ChannelCall = {
  [N in SyscallName]: (typeof SYSCALLS)[N]['served'] extends 'process' ? never : N;
}[SyscallName];

export type Handlers<Context, N extends SyscallName = ChannelCall> = { readonly [K in N]: Handler<K, Context> };

/** Rows by number, for dispatch and tracing. */
export const SYSCALL_BY_NR: readonly (SyscallName | undefined)[] = (() => {
  const table: (SyscallName | undefined)[] = [];
  for (const name of Object.keys(SYSCALLS) as SyscallName[]) {
    const { nr } = SYSCALLS[name];
    if (table[nr] !== undefined) throw new Error(`syscall number ${nr} is given twice: ${table[nr]} and ${name}`);
    table[nr] = name;
  }
  return table;
})();

/** Advice of `fadvise`, posix_fadvise(2). */
export const FADV = { NORMAL: 0, RANDOM: 1, SEQUENTIAL: 2, WILLNEED: 3, DONTNEED: 4, NOREUSE: 5 } as const;

/** Operations of `spawn` (layout spawnAction). */
export const SPAWN_ACTION = {
  /** Close `fd`. */
  close: 0,
  /** dup2(fd, arg). */
  dup2: 1,
  /** chdir to the open directory `fd`. */
  fchdir: 2,
  /** setpgid(0, arg). */
  setpgid: 3,
  /** setsid(). */
  setsid: 4,
  /** tcsetpgrp(fd, own group), without SIGTTOU. */
  tcsetpgrp: 5,
  /** Reset signal `arg` to its default. */
  sigdefault: 6,
  /** Close every descriptor from `fd` up. */
  closefrom: 7,
  /** TIOCSCTTY on `fd`. */
  sctty: 8,
} as const;
