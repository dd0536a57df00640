// Layouts of the structs that cross the channel, little-endian, the same for every guest.
//
// A field is [name, type, byte offset]. 64-bit fields are numbers on the system's side (exact to 2^53) except the
// signal sets. The codec in abi/struct.ts and the C header of the guest library derive from this table.

export type FieldType = 'u8' | 'u16' | 'i16' | 'u32' | 'i32' | 'u64' | 'i64' | `bytes:${number}`;
export type Field = readonly [name: string, type: FieldType, offset: number];
export interface Layout {
  readonly size: number;
  readonly fields: readonly Field[];
}

export const LAYOUT = {
  stat: {
    size: 112,
    fields: [
      ['dev', 'u64', 0],
      ['ino', 'u64', 8],
      ['nlink', 'u32', 16],
      ['mode', 'u32', 20],
      ['uid', 'u32', 24],
      ['gid', 'u32', 28],
      ['rdev', 'u64', 32],
      ['size', 'u64', 40],
      ['blksize', 'u32', 48],
      ['blocks', 'u64', 56],
      ['atimeSec', 'i64', 64],
      ['mtimeSec', 'i64', 72],
      ['ctimeSec', 'i64', 80],
      ['atimeNsec', 'u32', 88],
      ['mtimeNsec', 'u32', 92],
      ['ctimeNsec', 'u32', 96],
      ['birthNsec', 'u32', 100],
      ['birthSec', 'i64', 104],
    ],
  },
  statfs: {
    size: 64,
    fields: [
      ['type', 'u32', 0],
      ['bsize', 'u32', 4],
      ['blocks', 'u64', 8],
      ['bfree', 'u64', 16],
      ['bavail', 'u64', 24],
      ['files', 'u64', 32],
      ['ffree', 'u64', 40],
      ['namelen', 'u32', 48],
      ['flags', 'u32', 52],
      ['fsid', 'u64', 56],
    ],
  },
  termios: {
    size: 44,
    fields: [
      ['iflag', 'u32', 0],
      ['oflag', 'u32', 4],
      ['cflag', 'u32', 8],
      ['lflag', 'u32', 12],
      ['line', 'u8', 16],
      ['cc', 'bytes:19', 17],
      ['ispeed', 'u32', 36],
      ['ospeed', 'u32', 40],
    ],
  },
  winsize: {
    size: 8,
    fields: [
      ['rows', 'u16', 0],
      ['cols', 'u16', 2],
      ['xpixel', 'u16', 4],
      ['ypixel', 'u16', 6],
    ],
  },
  pollfd: {
    size: 8,
    fields: [
      ['fd', 'i32', 0],
      ['events', 'i16', 4],
      ['revents', 'i16', 6],
    ],
  },
  /** A child's change of state. Times in microseconds. */
  waitinfo: {
    size: 24,
    fields: [
      ['status', 'i32', 0],
      ['utime', 'u64', 8],
      ['stime', 'u64', 16],
    ],
  },
  /** times(2) and getrusage(2), in microseconds. */
  cputimes: {
    size: 32,
    fields: [
      ['utime', 'u64', 0],
      ['stime', 'u64', 8],
      ['cutime', 'u64', 16],
      ['cstime', 'u64', 24],
    ],
  },
  /**
   * What came with a signal; `oldLo/oldHi`, of `sigtake` only, is the mask to give to `sigreturn`. `code` is that of
   * siginfo_t (SI in signals.ts), `status` the exit code or signal of a child.
   */
  siginfo: {
    size: 24,
    fields: [
      ['sig', 'i32', 0],
      ['pid', 'i32', 4],
      ['oldLo', 'u32', 8],
      ['oldHi', 'u32', 12],
      ['code', 'i32', 16],
      ['status', 'i32', 20],
    ],
  },
  sigset: {
    size: 8,
    fields: [
      ['lo', 'u32', 0],
      ['hi', 'u32', 4],
    ],
  },
  fdpair: {
    size: 8,
    fields: [
      ['first', 'i32', 0],
      ['second', 'i32', 4],
    ],
  },
  /** setitimer(2), in microseconds. */
  itimer: {
    size: 16,
    fields: [
      ['value', 'u64', 0],
      ['interval', 'u64', 8],
    ],
  },
  /** A socket's address: how many bytes it has, and as many as there is room for. */
  sockname: {
    size: 128,
    fields: [
      ['length', 'u32', 0],
      ['bytes', 'bytes:124', 4],
    ],
  },
  rlimit: {
    size: 16,
    fields: [
      ['cur', 'u64', 0],
      ['max', 'u64', 8],
    ],
  },
  ids: {
    size: 12,
    fields: [
      ['real', 'u32', 0],
      ['effective', 'u32', 4],
      ['saved', 'u32', 8],
    ],
  },
  /** struct flock of fcntl_locking(2). */
  flock: {
    size: 32,
    fields: [
      ['type', 'i16', 0],
      ['whence', 'i16', 2],
      ['start', 'i64', 8],
      ['len', 'i64', 16],
      ['pid', 'i32', 24],
    ],
  },
  /** struct inotify_event of inotify(7); the name is behind it. */
  inotifyEvent: {
    size: 16,
    fields: [
      ['wd', 'i32', 0],
      ['mask', 'u32', 4],
      ['cookie', 'u32', 8],
      ['len', 'u32', 12],
    ],
  },
  /** A step of `spawn`: SPAWN_ACTION in syscalls.ts says what fd and arg mean. */
  spawnAction: {
    size: 12,
    fields: [
      ['op', 'i32', 0],
      ['fd', 'i32', 4],
      ['arg', 'i32', 8],
    ],
  },
  /** The head of a directory entry in `getdents`; the name follows at offset 24, entries are 8-aligned. */
  dirent: {
    size: 24,
    fields: [
      ['ino', 'u64', 0],
      /** The cookie that continues after this entry: what `lseek` on the directory takes. */
      ['next', 'u64', 8],
      ['reclen', 'u16', 16],
      ['namelen', 'u16', 18],
      ['type', 'u8', 20],
    ],
  },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof LAYOUT;
type FieldsOf<N extends LayoutName> = (typeof LAYOUT)[N]['fields'][number];
type ValueOf<T> = T extends `bytes:${number}` ? Uint8Array : number;
/** The struct as an object: one property a field. */
export type StructOf<N extends LayoutName> = { [F in FieldsOf<N> as F[0]]: ValueOf<F[1]> };

/** RLIM_INFINITY as a number: the codec stores any value from 2^64-1 up as all ones. */
export const RLIM_INFINITY = 2 ** 64;
