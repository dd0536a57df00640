// Files: open flags, modes, seek, access and *at flags, record locks, in the numbers of Linux x86-64.

/** open(2). The access mode is the low two bits. */
export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  ACCMODE: 3,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DSYNC: 0o10000,
  DIRECTORY: 0o200000,
  NOFOLLOW: 0o400000,
  NOATIME: 0o1000000,
  CLOEXEC: 0o2000000,
  SYNC: 0o4010000,
  PATH: 0o10000000,
} as const;

/** File types and permission bits of st_mode, inode(7). */
export const S = {
  IFMT: 0o170000,
  IFSOCK: 0o140000,
  IFLNK: 0o120000,
  IFREG: 0o100000,
  IFBLK: 0o060000,
  IFDIR: 0o040000,
  IFCHR: 0o020000,
  IFIFO: 0o010000,
  ISUID: 0o4000,
  ISGID: 0o2000,
  ISVTX: 0o1000,
} as const;

export const isDirectory = (mode: number): boolean => (mode & S.IFMT) === S.IFDIR;
export const isRegular = (mode: number): boolean => (mode & S.IFMT) === S.IFREG;
export const isSymlink = (mode: number): boolean => (mode & S.IFMT) === S.IFLNK;

/** `d_type` of a directory entry, as getdents(2) gives it. */
export const direntType = (mode: number): number => (mode & S.IFMT) >> 12;

export const SEEK = { SET: 0, CUR: 1, END: 2, DATA: 3, HOLE: 4 } as const;
export const ACCESS = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 } as const;

export const AT = {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  EACCESS: 0x200,
  REMOVEDIR: 0x200,
  SYMLINK_FOLLOW: 0x400,
  EMPTY_PATH: 0x1000,
} as const;

/** fallocate(2): what this system can do. PUNCH_HOLE needs KEEP_SIZE. */
export const FALLOCATE = { KEEP_SIZE: 1, PUNCH_HOLE: 2 } as const;

export const RENAME = { NOREPLACE: 1, EXCHANGE: 2 } as const;

/** fcntl(2) commands. */
export const F = {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  GETLK: 5,
  SETLK: 6,
  SETLKW: 7,
  OFD_GETLK: 36,
  OFD_SETLK: 37,
  OFD_SETLKW: 38,
  DUPFD_CLOEXEC: 1030,
  SETPIPE_SZ: 1031,
  GETPIPE_SZ: 1032,
} as const;
export const FD_CLOEXEC = 1;

export const LOCK = { SH: 1, EX: 2, NB: 4, UN: 8 } as const;

/** `l_type` of record locks, fcntl_locking(2). */
export const LOCK_TYPE = { RDLCK: 0, WRLCK: 1, UNLCK: 2 } as const;

/** mount(2). What is asked for by the other flags is either always so or does not apply. */
export const MS = {
  RDONLY: 0x1,
  NOSUID: 0x2,
  NODEV: 0x4,
  NOEXEC: 0x8,
  NOATIME: 0x400,
  BIND: 0x1000,
  REC: 0x4000,
  SILENT: 0x8000,
  RELATIME: 0x20_0000,
} as const;

/** umount2(2). */
export const UMOUNT = { FORCE: 1, DETACH: 2 } as const;

/** utimensat(2): special values of the nanoseconds. */
export const UTIME = { NOW: 0x3fff_ffff, OMIT: 0x3fff_fffe } as const;

/** poll(2). */
export const POLL = { IN: 0x1, PRI: 0x2, OUT: 0x4, ERR: 0x8, HUP: 0x10, NVAL: 0x20, RDHUP: 0x2000 } as const;

export const LIMITS = {
  NAME_MAX: 255,
  PATH_MAX: 4096,
  PIPE_BUF: 4096,
  PIPE_CAPACITY: 65536,
  SYMLOOP_MAX: 40,
  OPEN_MAX: 1024,
  LINK_MAX: 65000,
  /** The highest process number. */
  PID_MAX: 32_768,
} as const;

/** Device numbers, major in the high byte as in Documentation/admin-guide/devices.txt. */
export const makedev = (major: number, minor: number): number => (major << 8) | minor;
export const DEV = {
  null: makedev(1, 3),
  zero: makedev(1, 5),
  full: makedev(1, 7),
  random: makedev(1, 8),
  urandom: makedev(1, 9),
  tty: makedev(5, 0),
  console: makedev(5, 1),
  ptmx: makedev(5, 2),
  /** `/dev/pts/N` is PTS_MAJOR:N. */
  PTS_MAJOR: 136,
} as const;
