// What the page may ask of the kernel and of its tab's station: types only, so that the page needs no code of theirs.
//
// Control calls go by Comlink; data flows over MessagePorts with credit, so that every queue is bounded. Paths and text
// are JavaScript strings here (UTF-8 below); bytes are Uint8Array.

// --- streams -------------------------------------------------------------------------------------------------------

/** From the reader of a byte stream to its writer: so many bytes were consumed, or nobody will read on. */
export type StreamCredit = { readonly type: 'ack'; readonly bytes: number } | { readonly type: 'cancel' };
/** From the writer to the reader. A writer has at most STREAM_WINDOW unacknowledged bytes on the way. */
export type StreamData =
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'end' }
  /** The writer has failed: what came is not the whole. */
  | { readonly type: 'abort' };
export const STREAM_WINDOW = 256 * 1024;

// --- terminals -----------------------------------------------------------------------------------------------------

export interface TerminalInfo {
  /** N of /dev/pts/N. */
  readonly id: number;
  readonly cols: number;
  readonly rows: number;
  /** Command name of the foreground process, for people. */
  readonly command: string;
  /** Pages that are attached now. */
  readonly viewers: number;
}

/** Page to kernel, on an attached terminal's port. */
export type TerminalInput =
  | { readonly type: 'input'; readonly bytes: Uint8Array }
  | { readonly type: 'resize'; readonly cols: number; readonly rows: number }
  /** So many bytes of output have been shown. */
  | { readonly type: 'ack'; readonly bytes: number }
  | { readonly type: 'detach' };

/** Kernel to page. */
export type TerminalOutput =
  /** What was on the screen before this page came; the live output follows. Counts for `ack` like output. */
  | { readonly type: 'replay'; readonly bytes: Uint8Array }
  | { readonly type: 'output'; readonly bytes: Uint8Array }
  /** Another page changed the size. */
  | { readonly type: 'size'; readonly cols: number; readonly rows: number }
  /** So many bytes of this page's input were taken: keep at most INPUT_WINDOW on the way. */
  | { readonly type: 'inputAck'; readonly bytes: number }
  /** Output that was queued and not sent was dropped (tcflush, Ctrl-C): the page drops what it has not shown too. */
  | { readonly type: 'flush' }
  /** The last process has closed the terminal. */
  | { readonly type: 'hangup' };
export const INPUT_WINDOW = 64 * 1024;

// --- kernel --------------------------------------------------------------------------------------------------------

export interface ProcessInfo {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly uid: number;
  /** N of /dev/pts/N, or -1. */
  readonly tty: number;
  readonly state: 'running' | 'stopped' | 'zombie';
  readonly args: readonly string[];
  /** Milliseconds since the epoch. */
  readonly started: number;
}

export interface KernelControl {
  /** Terminals that exist now. */
  terminals(): Promise<TerminalInfo[]>;
  /** Make a terminal; it lives until its last process and viewer are gone. Gives N of /dev/pts/N. */
  openTerminal(cols: number, rows: number): Promise<number>;
  /** Show a terminal through a port (transferred). Rejects with ENXIO when there is none. */
  attach(id: number, port: MessagePort): Promise<void>;
  processes(): Promise<ProcessInfo[]>;
  /** kill(2) as the superuser. */
  kill(pid: number, signal: number): Promise<void>;
}

// --- station -------------------------------------------------------------------------------------------------------

/** What a descriptor of a new process is. */
export type Stdio =
  | { readonly kind: 'null' }
  /** /dev/pts/N; on descriptor 0 it becomes the controlling terminal of the new session. */
  | { readonly kind: 'terminal'; readonly id: number }
  /** A pipe whose other end is this port: StreamData/StreamCredit flow over it. */
  | { readonly kind: 'port'; readonly port: MessagePort };

export interface SpawnRequest {
  /** Looked up in PATH of `env` when it has no slash. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdio: readonly [Stdio, Stdio, Stdio];
}

/** How a process ended: an exit code, or the name of the signal that ended it. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'character' | 'block' | 'fifo' | 'socket';
  /** Permission bits: 0 to 0o7777. */
  readonly mode: number;
  readonly size: number;
  readonly dev: number;
  readonly ino: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly blksize: number;
  /** Units of 512 bytes in use. */
  readonly blocks: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;
}

/** How `write` treats what is there: replace it, add to it, or refuse with EEXIST. */
export type WriteFlag = 'w' | 'a' | 'wx' | 'ax';

export interface CopyRequest {
  /** Directories, with all that is in them. */
  readonly recursive: boolean;
  /** What to do with a file that exists: write over it, leave it, or fail with EEXIST. */
  readonly existing: 'replace' | 'keep' | 'refuse';
  /** Times too, not only modes. */
  readonly times: boolean;
}

/** Files as the machine's usual user has them. Paths are absolute. Every call rejects with the errno's name as `code`. */
export interface FilesControl {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, data: Uint8Array, mode: number, flag: WriteFlag): Promise<void>;
  mkdir(path: string, options: { readonly recursive: boolean; readonly mode: number }): Promise<void>;
  /** Make a directory with a name that starts so, and give its path. */
  mkdtemp(prefix: string): Promise<string>;
  readdir(path: string): Promise<{ readonly name: string; readonly type: FileStat['type'] }[]>;
  stat(path: string, followSymlink: boolean): Promise<FileStat>;
  /** With ACCESS bits. */
  access(path: string, mode: number): Promise<void>;
  realpath(path: string): Promise<string>;
  rm(path: string, options: { readonly recursive: boolean; readonly force: boolean }): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  readlink(path: string): Promise<string>;
  chmod(path: string, mode: number): Promise<void>;
  /** Milliseconds since the epoch. */
  utimes(path: string, atimeMs: number, mtimeMs: number, followSymlink: boolean): Promise<void>;
  truncate(path: string, size: number): Promise<void>;
  /** EISDIR for a directory that is not to be copied with its content, EINVAL into itself. */
  copy(from: string, to: string, request: CopyRequest): Promise<void>;
}

/** Something of a tree of files. The path is relative to the root of the tree, whose own path is empty. */
export type TreeEntry = {
  readonly path: string;
  readonly mode: number;
  readonly mtimeMs: number;
} & (
  | { readonly type: 'directory' }
  | { readonly type: 'file'; readonly content: Uint8Array }
  | { readonly type: 'symlink'; readonly target: string }
  /** A second name of the file at the path `target`, which came before. */
  | { readonly type: 'link'; readonly target: string }
);

export interface ExportRequest {
  /** Patterns as in gitignore. Alone: all that is exported; with `excludes`: what of that is exported after all. */
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** Trees of files in and out. A broken archive rejects with the code ERR_ARCHIVE, anything else with the errno's name. */
export interface ArchivesControl {
  /** All of it or nothing, into a directory that is made when it is missing. */
  mountTree(entries: readonly TreeEntry[], path: string): Promise<void>;
  /** tar, tar.gz or zip, told apart by what they are: a Blob, or a stream over a port. */
  mountArchive(source: Blob | MessagePort, path: string): Promise<void>;
  exportTree(path: string, request: ExportRequest): Promise<TreeEntry[]>;
  /** Resolves when the reader of the port has had all. ECANCELED when it wants no more. */
  exportArchive(
    path: string,
    format: 'tar' | 'tar.gz' | 'zip',
    request: ExportRequest,
    port: MessagePort,
  ): Promise<void>;
}

/** Something in files that a page has made up. The mode has the type. */
export interface PageStat {
  readonly mode: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** What a station asks of a page whose object is mounted, by transport/rpc.ts. Paths are relative to the mount. */
export interface PageFileOps {
  stat(path: string): PageStat | undefined;
  list(path: string): readonly (readonly [name: string, mode: number])[];
  open(path: string): number;
  release(handle: number): void;
  read(handle: number, offset: number, length: number): Uint8Array;
  write(handle: number, offset: number, bytes: Uint8Array): void;
  truncate(handle: number, size: number): void;
  sync(handle: number): void;
  create(path: string, mode: number): void;
  mkdir(path: string, mode: number): void;
  unlink(path: string): void;
  rmdir(path: string): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  readlink(path: string): string;
  chmod(path: string, mode: number): void;
  /** Milliseconds since the epoch; null leaves a time as it is. */
  utimes(path: string, atimeMs: number | null, mtimeMs: number | null): void;
}

export interface PageMountRequest {
  readonly readOnly: boolean;
  /** The operations that the page has. */
  readonly operations: readonly (keyof PageFileOps)[];
  /** Milliseconds after which an operation that the page has not answered is EIO. */
  readonly timeoutMs: number;
}

export interface MountsControl {
  /** The page answers at the other end of the port (transferred). The mount point is made when it is missing. */
  mountPage(port: MessagePort, path: string, request: PageMountRequest): Promise<void>;
  /** A directory of the user's disk, as far as the page has permission. */
  mountLocal(directory: FileSystemDirectoryHandle, path: string, readOnly: boolean): Promise<void>;
  /** A tree of a static host, by its manifest. ERR_MANIFEST, EHOSTUNREACH, ENETUNREACH. */
  mountFetch(manifestUrl: string, path: string, sha256: string | undefined): Promise<void>;
  /** Take away what one of the calls above has mounted. Files that are open there then fail with ESTALE. */
  unmount(path: string): Promise<void>;
}

export interface SnapshotRow {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdMs: number;
}

export interface SnapshotsControl {
  /** The oldest first. */
  snapshots(): Promise<SnapshotRow[]>;
  changeSnapshots(change: 'create' | 'delete' | 'rollback', name: string): Promise<void>;
}

/** Over the port of a watch, to the page: `rename` when a name came or went, `change` when a file was changed. */
export interface WatchEvent {
  readonly type: 'rename' | 'change' | 'overflow';
  /** Relative to what is watched; of a file that is watched, its own name. */
  readonly name: string;
}

export interface WatchesControl {
  /** The port (transferred) gets WatchEvents; any message on it ends the watch. */
  watch(path: string, recursive: boolean, port: MessagePort): Promise<void>;
}

export interface StationControl extends FilesControl, ArchivesControl, MountsControl, SnapshotsControl, WatchesControl {
  /** Start a process as leader of a session of its own. Rejects with the errno's name as `code`. */
  spawn(request: SpawnRequest): Promise<number>;
  /** Resolves when a process that `spawn` gave has ended. */
  wait(pid: number): Promise<ExitStatus>;
  /** Signal the process group of a process that `spawn` gave. */
  killGroup(pid: number, signal: number): Promise<void>;
}

// --- a volume that will not mount -----------------------------------------------------------------------------------

/** What is wrong with a volume. */
export interface VolumeReport {
  /** For people. Empty: all is well. */
  readonly problems: readonly string[];
  /** Paths of files whose data cannot be read. */
  readonly damagedFiles: readonly string[];
}

export interface SavedFiles {
  /** A tar archive. */
  readonly archive: Blob;
  readonly files: number;
  /** Paths of files that have zeros where they cannot be read. */
  readonly damaged: readonly string[];
}

/** Rejects with EBUSY when the volume is mounted, EINVAL when its format is newer, EIO when nothing can be read. */
export interface VolumeDoctor {
  /** Changes nothing. */
  check(machine: string): Promise<VolumeReport>;
  /** Gives what was wrong. ENOSPC; then nothing has changed. */
  repair(machine: string): Promise<VolumeReport>;
  /** Everything that can be read. Changes nothing. */
  save(machine: string): Promise<SavedFiles>;
}

/** Why a volume cannot be mounted. */
export type VolumeFault = 'ERR_VOLUME_DAMAGED' | 'ERR_VOLUME_NEWER' | 'ERR_VOLUME_BUSY';

// --- boot ----------------------------------------------------------------------------------------------------------

/** What a page says when it asks for a machine. */
export interface MachineOptions {
  /** Name of the machine: its volume, its kernel. */
  readonly name: string;
  /** Keep nothing: the volume is in memory, and nobody else can join. */
  readonly ephemeral: boolean;
  /** Where the base image's manifest is. */
  readonly imageUrl: string;
}

/** First message to the kernel's SharedWorker port; `control` then speaks KernelControl. */
export interface KernelHello {
  readonly type: 'hello';
  /** Held by the page for as long as it lives (Web Locks). */
  readonly tabLock: string;
  /** Comlink port of the page. */
  readonly control: MessagePort;
  /** Port of the tab's station. */
  readonly station: MessagePort;
}

/** The kernel's answer to `hello`. */
export interface KernelWelcome {
  readonly type: 'welcome';
  /** Held by the kernel for as long as it lives: a page that is granted it knows that the kernel is gone. */
  readonly kernelLock: string;
}

/** `away`: frozen, or being left; the workers of the page may stop at any moment. */
export type PageState = 'visible' | 'hidden' | 'away';

/** Page to station worker. */
export type ToStation =
  | {
      readonly type: 'boot';
      readonly machine: MachineOptions;
      readonly kernel: MessagePort;
      /** Comlink: StationControl. */
      readonly control: MessagePort;
    }
  /** What becomes of the page. `done` is set to 1 when the station has acted on it. */
  | { readonly type: 'page'; readonly state: PageState; readonly done?: Int32Array<SharedArrayBuffer> }
  /** A process worker that the page has created and that waits for its `adopt`. */
  | { readonly type: 'worker'; readonly id: number; readonly port: MessagePort };

/** Station worker to page. */
export type FromStation =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'ready' }
  /** The machine cannot boot: what to tell the user. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** Create so many process workers and send them. */
  | { readonly type: 'needWorkers'; readonly count: number }
  | { readonly type: 'terminateWorker'; readonly id: number };

/** First message of the page to a new process worker: the port on which the station will speak to it. */
export interface ToNewWorker {
  readonly type: 'port';
  readonly port: MessagePort;
}
