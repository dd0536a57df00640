// Error numbers: the one table of errno names, with their Linux and WASI numbers and the text of strerror(3).
//
// Inside TabOS an error is its name. On a channel it travels as the Linux number (asm-generic/errno.h); a WASI
// program is given the number of wasi_snapshot_preview1. A name without a WASI number of its own (null) reaches
// WASI programs as EIO. ERESTART never leaves the process runtime: it asks it to run handlers and to call again.

const TABLE = {
  EPERM: [1, 63, 'Operation not permitted'],
  ENOENT: [2, 44, 'No such file or directory'],
  ESRCH: [3, 71, 'No such process'],
  EINTR: [4, 27, 'Interrupted system call'],
  EIO: [5, 29, 'Input/output error'],
  ENXIO: [6, 60, 'No such device or address'],
  E2BIG: [7, 1, 'Argument list too long'],
  ENOEXEC: [8, 45, 'Exec format error'],
  EBADF: [9, 8, 'Bad file descriptor'],
  ECHILD: [10, 12, 'No child processes'],
  EAGAIN: [11, 6, 'Resource temporarily unavailable'],
  ENOMEM: [12, 48, 'Cannot allocate memory'],
  EACCES: [13, 2, 'Permission denied'],
  EFAULT: [14, 21, 'Bad address'],
  ENOTBLK: [15, null, 'Block device required'],
  EBUSY: [16, 10, 'Device or resource busy'],
  EEXIST: [17, 20, 'File exists'],
  EXDEV: [18, 75, 'Invalid cross-device link'],
  ENODEV: [19, 43, 'No such device'],
  ENOTDIR: [20, 54, 'Not a directory'],
  EISDIR: [21, 31, 'Is a directory'],
  EINVAL: [22, 28, 'Invalid argument'],
  ENFILE: [23, 41, 'Too many open files in system'],
  EMFILE: [24, 33, 'Too many open files'],
  ENOTTY: [25, 59, 'Inappropriate ioctl for device'],
  ETXTBSY: [26, 74, 'Text file busy'],
  EFBIG: [27, 22, 'File too large'],
  ENOSPC: [28, 51, 'No space left on device'],
  ESPIPE: [29, 70, 'Illegal seek'],
  EROFS: [30, 69, 'Read-only file system'],
  EMLINK: [31, 34, 'Too many links'],
  EPIPE: [32, 64, 'Broken pipe'],
  EDOM: [33, 18, 'Numerical argument out of domain'],
  ERANGE: [34, 68, 'Numerical result out of range'],
  EDEADLK: [35, 16, 'Resource deadlock avoided'],
  ENAMETOOLONG: [36, 37, 'File name too long'],
  ENOLCK: [37, 46, 'No locks available'],
  ENOSYS: [38, 52, 'Function not implemented'],
  ENOTEMPTY: [39, 55, 'Directory not empty'],
  ELOOP: [40, 32, 'Too many levels of symbolic links'],
  ENODATA: [61, null, 'No data available'],
  EOVERFLOW: [75, 61, 'Value too large for defined data type'],
  EILSEQ: [84, 25, 'Invalid or incomplete multibyte or wide character'],
  ENOTSOCK: [88, 57, 'Socket operation on non-socket'],
  EDESTADDRREQ: [89, 17, 'Destination address required'],
  EMSGSIZE: [90, 35, 'Message too long'],
  EPROTOTYPE: [91, 67, 'Protocol wrong type for socket'],
  ENOPROTOOPT: [92, 50, 'Protocol not available'],
  EPROTONOSUPPORT: [93, 66, 'Protocol not supported'],
  EOPNOTSUPP: [95, 58, 'Operation not supported'],
  EAFNOSUPPORT: [97, 5, 'Address family not supported by protocol'],
  EADDRINUSE: [98, 3, 'Address already in use'],
  EADDRNOTAVAIL: [99, 4, 'Cannot assign requested address'],
  ENETDOWN: [100, 38, 'Network is down'],
  ENETUNREACH: [101, 40, 'Network is unreachable'],
  ENETRESET: [102, 39, 'Network dropped connection on reset'],
  ECONNABORTED: [103, 13, 'Software caused connection abort'],
  ECONNRESET: [104, 15, 'Connection reset by peer'],
  ENOBUFS: [105, 42, 'No buffer space available'],
  EISCONN: [106, 30, 'Transport endpoint is already connected'],
  ENOTCONN: [107, 53, 'Transport endpoint is not connected'],
  ETIMEDOUT: [110, 73, 'Connection timed out'],
  ECONNREFUSED: [111, 14, 'Connection refused'],
  EHOSTUNREACH: [113, 23, 'No route to host'],
  EALREADY: [114, 7, 'Operation already in progress'],
  EINPROGRESS: [115, 26, 'Operation now in progress'],
  ESTALE: [116, 72, 'Stale file handle'],
  EDQUOT: [122, 19, 'Disk quota exceeded'],
  ECANCELED: [125, 11, 'Operation canceled'],
  ERESTART: [512, null, 'Interrupted system call should be restarted'],
} as const satisfies Record<string, readonly [linux: number, wasi: number | null, text: string]>;

export type Errno = keyof typeof TABLE;

export interface ErrnoRow {
  readonly linux: number;
  readonly wasi: number;
  readonly text: string;
}

const WASI_EIO = TABLE.EIO[1];

export const ERRNO: Readonly<Record<Errno, ErrnoRow>> = Object.fromEntries(
  Object.entries(TABLE).map(([name, [linux, wasi, text]]) => [name, { linux, wasi: wasi ?? WASI_EIO, text }]),
) as Record<Errno, ErrnoRow>;

const BY_LINUX = new Map<number, Errno>((Object.keys(TABLE) as Errno[]).map((name) => [TABLE[name][0], name]));

/** The errno with this Linux number; EIO for a number that is not in the table. */
export const errnoOfLinux = (linux: number): Errno => BY_LINUX.get(linux) ?? 'EIO';

/** An error of the system. Its identity is `errno`; `detail` is for people (a path, an import's name). */
export class SysError extends Error {
  override readonly name = 'SysError';
  readonly errno: Errno;
  readonly detail: string | undefined;

  constructor(errno: Errno, detail?: string) {
    super(detail === undefined ? `${errno}: ${ERRNO[errno].text}` : `${errno}: ${ERRNO[errno].text}: ${detail}`);
    this.errno = errno;
    this.detail = detail;
  }
}
