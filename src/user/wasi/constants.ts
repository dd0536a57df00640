// Numbers of wasi_snapshot_preview1 (the witx of WASI/legacy/preview1), only what the functions here look at.

/** Rights. They fit in 32 bits; the upper half of the 64-bit set is reserved. */
export const RIGHT = {
  FD_DATASYNC: 1 << 0,
  FD_READ: 1 << 1,
  FD_SEEK: 1 << 2,
  FD_FDSTAT_SET_FLAGS: 1 << 3,
  FD_SYNC: 1 << 4,
  FD_TELL: 1 << 5,
  FD_WRITE: 1 << 6,
  FD_ADVISE: 1 << 7,
  FD_ALLOCATE: 1 << 8,
  PATH_CREATE_DIRECTORY: 1 << 9,
  PATH_CREATE_FILE: 1 << 10,
  PATH_LINK_SOURCE: 1 << 11,
  PATH_LINK_TARGET: 1 << 12,
  PATH_OPEN: 1 << 13,
  FD_READDIR: 1 << 14,
  PATH_READLINK: 1 << 15,
  PATH_RENAME_SOURCE: 1 << 16,
  PATH_RENAME_TARGET: 1 << 17,
  PATH_FILESTAT_GET: 1 << 18,
  PATH_FILESTAT_SET_SIZE: 1 << 19,
  PATH_FILESTAT_SET_TIMES: 1 << 20,
  FD_FILESTAT_GET: 1 << 21,
  FD_FILESTAT_SET_SIZE: 1 << 22,
  FD_FILESTAT_SET_TIMES: 1 << 23,
  PATH_SYMLINK: 1 << 24,
  PATH_REMOVE_DIRECTORY: 1 << 25,
  PATH_UNLINK_FILE: 1 << 26,
  POLL_FD_READWRITE: 1 << 27,
  SOCK_SHUTDOWN: 1 << 28,
  SOCK_ACCEPT: 1 << 29,
} as const;

export const ALL_RIGHTS = (1 << 30) - 1;

/** What each type of file can have rights for. */
const ANY = RIGHT.FD_FDSTAT_SET_FLAGS | RIGHT.FD_FILESTAT_GET | RIGHT.FD_FILESTAT_SET_TIMES;
const DATA = RIGHT.FD_READ | RIGHT.FD_WRITE | RIGHT.POLL_FD_READWRITE;
const SEEKABLE =
  RIGHT.FD_DATASYNC |
  RIGHT.FD_SYNC |
  RIGHT.FD_SEEK |
  RIGHT.FD_TELL |
  RIGHT.FD_ADVISE |
  RIGHT.FD_ALLOCATE |
  RIGHT.FD_FILESTAT_SET_SIZE;
const PATHS =
  RIGHT.PATH_CREATE_DIRECTORY |
  RIGHT.PATH_CREATE_FILE |
  RIGHT.PATH_LINK_SOURCE |
  RIGHT.PATH_LINK_TARGET |
  RIGHT.PATH_OPEN |
  RIGHT.PATH_READLINK |
  RIGHT.PATH_RENAME_SOURCE |
  RIGHT.PATH_RENAME_TARGET |
  RIGHT.PATH_FILESTAT_GET |
  RIGHT.PATH_FILESTAT_SET_SIZE |
  RIGHT.PATH_FILESTAT_SET_TIMES |
  RIGHT.PATH_SYMLINK |
  RIGHT.PATH_REMOVE_DIRECTORY |
  RIGHT.PATH_UNLINK_FILE;

export const TYPE_RIGHTS = {
  directory: ANY | PATHS | RIGHT.FD_READDIR | RIGHT.FD_SYNC | RIGHT.FD_DATASYNC,
  seekable: ANY | DATA | SEEKABLE,
  /** wasi-libc takes a character device without these two rights for a terminal: FD_SEEK, FD_TELL. */
  stream: ANY | DATA,
} as const;

export const FILETYPE = {
  UNKNOWN: 0,
  BLOCK_DEVICE: 1,
  CHARACTER_DEVICE: 2,
  DIRECTORY: 3,
  REGULAR_FILE: 4,
  SOCKET_DGRAM: 5,
  SOCKET_STREAM: 6,
  SYMBOLIC_LINK: 7,
} as const;

export const FDFLAG = { APPEND: 1, DSYNC: 2, NONBLOCK: 4, RSYNC: 8, SYNC: 16 } as const;
export const OFLAG = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;
export const LOOKUP_SYMLINK_FOLLOW = 1;
export const FSTFLAG = { ATIM: 1, ATIM_NOW: 2, MTIM: 4, MTIM_NOW: 8 } as const;
export const WHENCE = { SET: 0, CUR: 1, END: 2 } as const;
export const CLOCK = { REALTIME: 0, MONOTONIC: 1, PROCESS_CPUTIME: 2, THREAD_CPUTIME: 3 } as const;
export const EVENTTYPE = { CLOCK: 0, FD_READ: 1, FD_WRITE: 2 } as const;
export const SUBCLOCK_ABSTIME = 1;
export const EVENT_HANGUP = 1;
/** Highest advice of fd_advise. */
export const ADVICE_MAX = 5;
export const PREOPENTYPE_DIR = 0;

/** Sizes of the structs that lie in the guest's memory. */
export const SIZE = {
  dirent: 24,
  event: 32,
  fdstat: 24,
  filestat: 64,
  iovec: 8,
  prestat: 8,
  subscription: 48,
} as const;

/** The one errno of WASI that the system does not have: a descriptor lacks the right. */
export const ENOTCAPABLE = 76;
