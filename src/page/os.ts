/**
 * The public interface of a machine, for the page that shows it and for programs that drive it:
 *
 *   const os = new TabOS();
 *   await os.ready;
 *   const { stdout } = await os.exec('uname -a');
 *
 * Times are in milliseconds, sizes in bytes, text is UTF-8. What the system refuses rejects with a SystemError (`code`
 * is the errno's name), what the page cannot do with a TabOSError (`code` starts with ERR_). Calls may be made before
 * `ready`: they wait for it.
 */
import { transfer } from 'comlink';
import type { ProcessInfo, SpawnRequest, TerminalInfo } from '../host/control.ts';
import { type ArchiveSource, type ExportOptions, exportFiles, type MountOptions, mount } from './archives.ts';
import type { Capabilities } from './capabilities.ts';
import type { Disposable } from './emitter.ts';
import { absolutePath, type EnvironmentChange, environment, HOME, USER } from './environment.ts';
import { codeOf, systemError, type TabOSError } from './errors.ts';
import { type ExecOptions, type ExecResult, exec } from './exec.ts';
import type { FileSystemTree } from './file-tree.ts';
import { Files } from './files.ts';
import type { FileSystemHandlers } from './handler-files.ts';
import { launch, type SpawnOptions } from './launch.ts';
import type { LiveTree } from './live-files.ts';
import { asLoginShell, insteadOf, shellOf } from './login-shell.ts';
import { Machine, type MachinePart } from './machine.ts';
import {
  type LocalMount,
  type Mount,
  type MountFetchOptions,
  type MountLocalOptions,
  type MountObjectOptions,
  mountFetch,
  mountLocalDirectory,
  mountObject,
} from './mounts.ts';
import { DEFAULT_MACHINE, isMachineName } from './options.ts';
import type { Process } from './process.ts';
import { Shell } from './shell.ts';
import { Snapshots } from './snapshots.ts';
import { keepStorage, type StorageState, storageState } from './storage-state.ts';
import { TerminalLink } from './terminal-link.ts';

export interface TabOSOptions {
  /** Which machine to start or join: 1 to 64 letters, digits, `.`, `_`, `-`. Default: `'default'`. */
  readonly machine?: string;
  /** Keep nothing: files are in memory, and no other page can join. */
  readonly ephemeral?: boolean;
  /** Where the manifest of the programs is. Default: `image/manifest.json` beside the page. */
  readonly imageUrl?: string;
  /** The program of a shell, which takes `-l`: what `openShell` starts without a `command`. Default: the one of /etc/passwd. */
  readonly shell?: string;
}

export interface ShellOptions {
  /** Size in characters. Default: 80 by 24. */
  readonly cols?: number;
  readonly rows?: number;
  /** A script for `/bin/sh -c`, or a program with its arguments. Default: the login shell. */
  readonly command?: string | readonly string[];
  /** Changes to the default environment: null takes a variable away. */
  readonly env?: EnvironmentChange;
  /** Default: the home directory. */
  readonly cwd?: string;
  /** Show the existing terminal /dev/pts/N instead of starting a program on a new one. */
  readonly attach?: number;
}

/** There is no such program. */
const NO_PROGRAM: ReadonlySet<string | undefined> = new Set(['ENOENT', 'EACCES', 'ENOEXEC', 'ENOTDIR']);

export class TabOS {
  /** Name of the machine. */
  readonly machine: string;
  readonly ephemeral: boolean;
  /** The machine runs. Rejects with a TabOSError: ERR_UNSUPPORTED (see `capabilities`), ERR_BOOT. */
  readonly ready: Promise<void>;
  /** What the browser has of what the machine needs. */
  readonly capabilities: Promise<Capabilities>;
  readonly fs: Files;
  /** States of the volume, kept by name. */
  readonly snapshots: Snapshots;

  readonly #machine: Machine;
  readonly #shell: string | undefined;

  /** @throws TypeError for a name that cannot be a machine's */
  constructor({ machine = DEFAULT_MACHINE, ephemeral = false, imageUrl, shell }: TabOSOptions = {}) {
    if (!isMachineName(machine)) throw new TypeError(`“${machine}” cannot be the name of a machine`);
    this.#machine = new Machine({
      name: machine,
      ephemeral,
      imageUrl: new URL(imageUrl ?? 'image/manifest.json', document.baseURI).href,
    });
    this.#shell = shell;
    this.machine = machine;
    this.ephemeral = ephemeral;
    this.ready = this.#machine.ready;
    this.capabilities = this.#machine.capabilities;
    this.fs = new Files(this.ready, this.#machine.station);
    this.snapshots = new Snapshots(this.ready, this.#machine.station);
  }

  /**
   * Run a shell script (`/bin/sh -c`) and give what it wrote. A failing script is a result, not an error.
   *
   * @throws the reason of `options.signal` when that is aborted
   */
  async exec(script: string, options?: ExecOptions): Promise<ExecResult> {
    await this.ready;
    return exec(this.#machine.station, script, options);
  }

  /**
   * Start a program, looked up in PATH unless its name has a slash.
   *
   * @param args without the program's own name
   * @throws SystemError ENOENT, EACCES, ENOEXEC, EAGAIN, ...
   */
  async spawn(file: string, args: readonly string[] = [], options: SpawnOptions = {}): Promise<Process> {
    await this.ready;
    return launch(this.#machine.station, file, args, options);
  }

  /**
   * Write a tree of files, or what is in an archive (tar, tar.gz, zip), into a directory. Files that exist are replaced,
   * directories merged. All of it is there when this resolves; nothing of it, when it rejects.
   *
   * @throws TabOSError ERR_INVALID_TREE, ERR_ARCHIVE; SystemError ENOSPC, ENOTDIR, EISDIR, EACCES, ...
   */
  async mount(source: FileSystemTree | ArchiveSource, options?: MountOptions): Promise<void> {
    await this.ready;
    return mount(this.#machine.station, source, options);
  }

  /**
   * Show an object of the page as a directory: functions by paths (FileSystemHandlers), or a tree of values and functions
   * (LiveTree). For the processes of this tab.
   *
   * @throws TabOSError ERR_INVALID_TREE, ...; SystemError EBUSY when something is mounted there, ENOTDIR, ...
   */
  async mountObject(object: FileSystemHandlers | LiveTree, options: MountObjectOptions): Promise<Mount> {
    await this.ready;
    return mountObject(this.#machine.station, object, options);
  }

  /**
   * Show a directory of the user's disk, which he chooses when there is no handle. For the processes of this tab.
   *
   * @throws TabOSError ERR_UNSUPPORTED where the browser cannot ask, ERR_PERMISSION
   */
  async mountLocalDirectory(
    handle: FileSystemDirectoryHandle | undefined,
    options: MountLocalOptions,
  ): Promise<LocalMount> {
    await this.ready;
    return mountLocalDirectory(this.#machine.station, handle, options);
  }

  /**
   * Show a folder of a static host, read-only, each file loaded and proved when it is first read, and kept from then on.
   * `node scripts/tree-manifest.mjs FOLDER` makes its manifest. For the processes of this tab.
   *
   * @throws TabOSError ERR_MANIFEST; SystemError EHOSTUNREACH, ENETUNREACH, EBUSY, ...
   */
  async mountFetch(url: string, options: MountFetchOptions): Promise<Mount> {
    await this.ready;
    return mountFetch(this.#machine.station, url, options);
  }

  /**
   * Everything at a path: as a tree (`json`), as a stream (`tar`, `tar.gz`, `zip`), or as bytes (`binary`). Of `/`, what
   * is on the volume: not /proc, /dev, /usr and /tmp, nor whatever else is mounted below the path.
   *
   * @throws SystemError ENOENT, EILSEQ (a name that is no text, as `json`), ...
   */
  export(
    path: string,
    options: ExportOptions & { readonly format: 'tar' | 'tar.gz' | 'zip' },
  ): Promise<ReadableStream<Uint8Array>>;
  export(path: string, options: ExportOptions & { readonly format: 'binary' }): Promise<Uint8Array>;
  export(path: string, options?: ExportOptions & { readonly format?: 'json' }): Promise<FileSystemTree>;
  async export(
    path: string,
    options?: ExportOptions,
  ): Promise<FileSystemTree | Uint8Array | ReadableStream<Uint8Array>> {
    await this.ready;
    return exportFiles(this.#machine.station, path, options);
  }

  /**
   * Start the login shell or another program on a new terminal, or show an existing one.
   *
   * @throws SystemError ENXIO when there is no terminal to attach to; as `spawn` for a program
   */
  async openShell(options: ShellOptions = {}): Promise<Shell> {
    const { kernel, station } = this.#machine;
    const { cols = 80, rows = 24 } = options;
    // The kernel is there long before the station is.
    const id = options.attach ?? (await kernel.openTerminal(cols, rows));
    const { port1, port2 } = new MessageChannel();
    const link = new TerminalLink(port1);
    await kernel.attach(id, transfer(port2, [port2])).catch((error: unknown) => {
      throw systemError(error, 'attach', `/dev/pts/${id}`);
    });
    if (options.attach !== undefined) {
      link.resize(cols, rows);
      return new Shell({ id, pid: undefined, link, kernel, station });
    }
    try {
      await this.ready;
      const pid = await (options.command === undefined ? this.#login(id, options) : this.#spawn(id, options));
      return new Shell({ id, pid, link, kernel, station });
    } catch (error) {
      link.close();
      throw error;
    }
  }

  /** The terminals of the machine, whichever page opened them. */
  terminals(): Promise<TerminalInfo[]> {
    return this.#machine.kernel.terminals();
  }

  /** The processes of the machine, in whichever tab they run. */
  processes(): Promise<ProcessInfo[]> {
    return this.#machine.kernel.processes();
  }

  /** How well the browser keeps the files of this site, and how much there is of them. */
  storage(): Promise<StorageState> {
    return storageState();
  }

  /** Ask the browser, and it perhaps the person, never to remove the files by itself. Tells what it said. */
  keepStorage(): Promise<boolean> {
    return keepStorage();
  }

  /** What the machine is doing while it starts, for people. */
  get onProgress(): (listener: (text: string) => void) => Disposable {
    return this.#machine.onProgress;
  }

  /** The machine was running and is gone, at most once. All that waits for it rejects with the same error. */
  get onLost(): (listener: (error: TabOSError) => void) => Disposable {
    return this.#machine.onLost;
  }

  /** A part of the machine does not answer for a while, or answers again. */
  get onSilent(): (listener: (event: { readonly part: MachinePart; readonly silent: boolean }) => void) => Disposable {
    return this.#machine.onSilent;
  }

  /** End the processes of this page and leave the machine. Other pages keep it running. */
  close(): void {
    this.#machine.close();
  }

  async #spawn(id: number, options: ShellOptions): Promise<number> {
    const request = terminalProgram(id, options);
    try {
      return await this.#machine.station.spawn(request);
    } catch (error) {
      throw systemError(error, 'spawn', request.file);
    }
  }

  async #login(id: number, options: ShellOptions): Promise<number> {
    const shell = this.#shell ?? shellOf(USER, await this.fs.readFile('/etc/passwd', 'utf8').catch(() => ''));
    const env = { SHELL: shell, ...options.env };
    try {
      return await this.#spawn(id, { ...options, env, command: asLoginShell(shell) });
    } catch (error) {
      if (this.#shell !== undefined || !NO_PROGRAM.has(codeOf(error))) throw error;
      return await this.#spawn(id, { ...options, command: insteadOf(shell) });
    }
  }
}

function terminalProgram(id: number, { command = [], env, cwd = HOME }: ShellOptions): SpawnRequest {
  const terminal = { kind: 'terminal', id } as const;
  const directory = absolutePath(cwd);
  const [file = '', ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
  return {
    file,
    args,
    env: environment('terminal', directory, env),
    cwd: directory,
    stdio: [terminal, terminal, terminal],
  };
}
