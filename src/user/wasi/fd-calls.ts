// fd_*: functions on open files. Errors are those of the calls behind them.

import { SysError } from '../../abi/errno.ts';
import { F, isDirectory, O, S, SEEK, UTIME } from '../../abi/file.ts';
import { bytesOf } from '../../base/bytes.ts';
import {
  ADVICE_MAX,
  ENOTCAPABLE,
  FDFLAG,
  FILETYPE,
  FSTFLAG,
  PREOPENTYPE_DIR,
  RIGHT,
  SIZE,
  TYPE_RIGHTS,
  WHENCE,
} from './constants.ts';
import type { Preview1Context } from './context.ts';
import type { Descriptor } from './descriptors.ts';
import { filetypeOf, isTerminal, writeFilestat } from './filestat.ts';
import { readScattered, writeGathered } from './iovec.ts';

const SYNC_FLAGS = FDFLAG.DSYNC | FDFLAG.RSYNC | FDFLAG.SYNC;
const WHENCES: Readonly<Record<number, number>> = {
  [WHENCE.SET]: SEEK.SET,
  [WHENCE.CUR]: SEEK.CUR,
  [WHENCE.END]: SEEK.END,
};
const BILLION = 1_000_000_000n;

/** The rights that a file of this kind, opened like this, can have. */
const rightsOf = (stat: Parameters<typeof isTerminal>[0], flags: number): number => {
  if (isDirectory(stat.mode)) return TYPE_RIGHTS.directory;
  const type = stat.mode & S.IFMT;
  const stream = type === S.IFIFO || type === S.IFSOCK || isTerminal(stat);
  const rights = stream ? TYPE_RIGHTS.stream : TYPE_RIGHTS.seekable;
  const access = flags & O.ACCMODE;
  if (access === O.RDONLY) return rights & ~RIGHT.FD_WRITE;
  return access === O.WRONLY ? rights & ~RIGHT.FD_READ : rights;
};

/** In WASI a directory has no offset; its cookies are those of fd_readdir. */
const refuseDirectory = (context: Preview1Context, descriptor: Descriptor, real: number): void => {
  descriptor.directory ??= isDirectory(context.fstat(real).mode);
  if (descriptor.directory) throw new SysError('EBADF');
};

const seek = (context: Preview1Context, fd: number, offset: bigint, whence: number, result: number): number => {
  const { descriptors, memory, client } = context;
  const descriptor = descriptors.get(fd, offset === 0n && whence === SEEK.CUR ? RIGHT.FD_TELL : RIGHT.FD_SEEK);
  const real = descriptors.real(fd);
  refuseDirectory(context, descriptor, real);
  const at = memory.require(result, 8);
  const position = client.call('lseek', real, Number(offset), whence);
  memory.view.setBigUint64(at, BigInt(position), true);
  return 0;
};

/** The two time arguments of utimens, from the three of preview1. */
export const timesOf = (
  atime: bigint,
  mtime: bigint,
  flags: number,
): [atimeSec: number, atimeNsec: number, mtimeSec: number, mtimeNsec: number] => {
  const both = (a: number, b: number): boolean => (flags & a) !== 0 && (flags & b) !== 0;
  if (flags >>> 0 > 15 || both(FSTFLAG.ATIM, FSTFLAG.ATIM_NOW) || both(FSTFLAG.MTIM, FSTFLAG.MTIM_NOW)) {
    throw new SysError('EINVAL');
  }
  const part = (time: bigint, set: number, now: number): [number, number] => {
    if ((flags & now) !== 0) return [0, UTIME.NOW];
    if ((flags & set) === 0) return [0, UTIME.OMIT];
    const ns = BigInt.asUintN(64, time);
    return [Number(ns / BILLION), Number(ns % BILLION)];
  };
  return [...part(atime, FSTFLAG.ATIM, FSTFLAG.ATIM_NOW), ...part(mtime, FSTFLAG.MTIM, FSTFLAG.MTIM_NOW)];
};

/** Zeros behind the end of a file: what posix_fallocate(3) does where the system has no call for it. */
const extend = (context: Preview1Context, real: number, from: number, to: number): void => {
  const zeros = new Uint8Array(65536);
  for (let at = from; at < to; ) at += context.client.write(real, zeros.subarray(0, to - at), at);
};

export const FD_CALLS = {
  fd_advise({ descriptors, client }: Preview1Context, fd: number, _offset: bigint, _length: bigint, advice: number) {
    const real = descriptors.real(fd, RIGHT.FD_ADVISE);
    // Advice changes nothing here; what is checked is what posix_fadvise(2) checks.
    if (advice >>> 0 > ADVICE_MAX) throw new SysError('EINVAL');
    client.call('lseek', real, 0, SEEK.CUR);
    return 0;
  },

  fd_allocate(context: Preview1Context, fd: number, offset: bigint, length: bigint) {
    const real = context.descriptors.real(fd, RIGHT.FD_ALLOCATE);
    const { mode, size } = context.fstat(real);
    if ((mode & S.IFMT) === S.IFIFO) throw new SysError('ESPIPE');
    if ((mode & S.IFMT) !== S.IFREG) throw new SysError(isDirectory(mode) ? 'EBADF' : 'ENODEV');
    const end = BigInt.asUintN(64, offset) + BigInt.asUintN(64, length);
    if (length === 0n) throw new SysError('EINVAL');
    if (end > BigInt(Number.MAX_SAFE_INTEGER)) throw new SysError('EFBIG');
    extend(context, real, size, Number(end));
    return 0;
  },

  fd_close({ descriptors }: Preview1Context, fd: number) {
    descriptors.close(fd);
    return 0;
  },

  fd_datasync({ descriptors, client }: Preview1Context, fd: number) {
    client.call('fsync', descriptors.real(fd, RIGHT.FD_DATASYNC), 1);
    return 0;
  },

  fd_fdstat_get(context: Preview1Context, fd: number, result: number) {
    const { descriptors, memory, client } = context;
    const at = memory.require(result, SIZE.fdstat);
    const { base, inheriting, syncFlags, preopen } = descriptors.get(fd);
    memory.bytes.fill(0, at, at + SIZE.fdstat);
    const { view } = memory;
    if (preopen !== undefined) {
      // wasi-libc asks before each open: no need to look.
      view.setUint8(at, FILETYPE.DIRECTORY);
      view.setUint32(at + 8, base, true);
      view.setUint32(at + 16, inheriting, true);
      return 0;
    }
    const real = descriptors.real(fd);
    const stat = context.fstat(real);
    const flags = client.call('fcntl', real, F.GETFL, 0);
    view.setUint8(at, filetypeOf(stat.mode));
    const fdflags = ((flags & O.APPEND) !== 0 ? FDFLAG.APPEND : 0) | ((flags & O.NONBLOCK) !== 0 ? FDFLAG.NONBLOCK : 0);
    view.setUint16(at + 2, fdflags | syncFlags, true);
    view.setUint32(at + 8, base & rightsOf(stat, flags), true);
    view.setUint32(at + 16, inheriting, true);
    return 0;
  },

  fd_fdstat_set_flags({ descriptors, client }: Preview1Context, fd: number, fdflags: number) {
    const { syncFlags } = descriptors.get(fd, RIGHT.FD_FDSTAT_SET_FLAGS);
    const real = descriptors.real(fd);
    if (fdflags >>> 0 > 31) throw new SysError('EINVAL');
    const asked = fdflags & SYNC_FLAGS;
    if (asked !== 0 && asked !== syncFlags) throw new SysError('EOPNOTSUPP');
    const old = client.call('fcntl', real, F.GETFL, 0) & ~(O.APPEND | O.NONBLOCK);
    const append = (fdflags & FDFLAG.APPEND) !== 0 ? O.APPEND : 0;
    const nonblock = (fdflags & FDFLAG.NONBLOCK) !== 0 ? O.NONBLOCK : 0;
    client.call('fcntl', real, F.SETFL, old | append | nonblock);
    return 0;
  },

  fd_fdstat_set_rights({ descriptors }: Preview1Context, fd: number, base: bigint, inheriting: bigint) {
    if (!descriptors.keepsRights) throw new SysError('EOPNOTSUPP');
    const descriptor = descriptors.get(fd);
    const more = (wanted: bigint, held: number): boolean => (wanted & ~BigInt(held)) !== 0n;
    if (more(base, descriptor.base) || more(inheriting, descriptor.inheriting)) return ENOTCAPABLE;
    descriptor.base = Number(base);
    descriptor.inheriting = Number(inheriting);
    return 0;
  },

  fd_filestat_get(context: Preview1Context, fd: number, result: number) {
    const stat = context.fstat(context.descriptors.real(fd, RIGHT.FD_FILESTAT_GET));
    writeFilestat(context.memory, result, stat);
    return 0;
  },

  fd_filestat_set_size({ descriptors, client }: Preview1Context, fd: number, size: bigint) {
    const real = descriptors.real(fd, RIGHT.FD_FILESTAT_SET_SIZE);
    client.call('ftruncate', real, Number(BigInt.asUintN(64, size)));
    return 0;
  },

  fd_filestat_set_times(
    { descriptors, client }: Preview1Context,
    fd: number,
    atime: bigint,
    mtime: bigint,
    flags: number,
  ) {
    const real = descriptors.real(fd, RIGHT.FD_FILESTAT_SET_TIMES);
    client.call('futimens', real, ...timesOf(atime, mtime, flags));
    return 0;
  },

  fd_pread(
    { descriptors, memory, client }: Preview1Context,
    fd: number,
    iovs: number,
    count: number,
    offset: bigint,
    result: number,
  ) {
    const real = descriptors.real(fd, RIGHT.FD_READ);
    const start = Number(BigInt.asUintN(64, offset));
    memory.setU32(
      result,
      readScattered(memory, iovs, count, (bytes, done) => client.read(real, bytes, start + done)),
    );
    return 0;
  },

  fd_prestat_get({ descriptors, memory }: Preview1Context, fd: number, result: number) {
    const { preopen } = descriptors.get(fd);
    if (preopen === undefined) throw new SysError('EBADF');
    const at = memory.require(result, SIZE.prestat);
    memory.view.setUint32(at, PREOPENTYPE_DIR, true);
    memory.view.setUint32(at + 4, preopen.length, true);
    return 0;
  },

  fd_prestat_dir_name({ descriptors, memory }: Preview1Context, fd: number, path: number, length: number) {
    const { preopen } = descriptors.get(fd);
    if (preopen === undefined) throw new SysError('EBADF');
    if (length >>> 0 < preopen.length) throw new SysError('ENAMETOOLONG');
    memory.slice(path, preopen.length).set(bytesOf(preopen));
    return 0;
  },

  fd_pwrite(
    { descriptors, memory, client }: Preview1Context,
    fd: number,
    iovs: number,
    count: number,
    offset: bigint,
    result: number,
  ) {
    const real = descriptors.real(fd, RIGHT.FD_WRITE);
    const start = Number(BigInt.asUintN(64, offset));
    memory.setU32(
      result,
      writeGathered(memory, iovs, count, (bytes, done) => client.write(real, bytes, start + done)),
    );
    return 0;
  },

  fd_read({ descriptors, memory, client }: Preview1Context, fd: number, iovs: number, count: number, result: number) {
    const real = descriptors.real(fd, RIGHT.FD_READ);
    memory.setU32(
      result,
      readScattered(memory, iovs, count, (bytes) => client.read(real, bytes)),
    );
    return 0;
  },

  fd_renumber({ descriptors }: Preview1Context, from: number, to: number) {
    descriptors.renumber(from, to);
    return 0;
  },

  fd_seek(context: Preview1Context, fd: number, offset: bigint, whence: number, result: number) {
    const how = WHENCES[whence];
    if (how === undefined) throw new SysError('EINVAL');
    return seek(context, fd, offset, how, result);
  },

  fd_sync({ descriptors, client }: Preview1Context, fd: number) {
    client.call('fsync', descriptors.real(fd, RIGHT.FD_SYNC), 0);
    return 0;
  },

  fd_tell(context: Preview1Context, fd: number, result: number) {
    return seek(context, fd, 0n, SEEK.CUR, result);
  },

  fd_write({ descriptors, memory, client }: Preview1Context, fd: number, iovs: number, count: number, result: number) {
    const real = descriptors.real(fd, RIGHT.FD_WRITE);
    memory.setU32(
      result,
      writeGathered(memory, iovs, count, (bytes) => client.write(real, bytes)),
    );
    return 0;
  },
};
