// Processes for scripts: `sys.spawn`, `sys.wait`, `sys.pipe`, `sys.kill`, `sys.signal` and so on. All synchronous.

import { AT, F, O } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { DISPOSITION, SA, SIGNAL, type SignalName, signalName } from '../../abi/signals.ts';
import { pack, unpack } from '../../abi/struct.ts';
import { SPAWN_ACTION } from '../../abi/syscalls.ts';
import { decodeStatus, WAIT } from '../../abi/wait.ts';
import type { fileFunctions } from './files.ts';
import { searchPath } from './search-path.ts';
import { type Calls, type Data, SystemError, toBytes, toText } from './system-error.ts';

export interface SpawnOptions {
  /** Descriptors that become the child's 0, 1 and 2; its parent's own when not given. */
  readonly stdin?: number;
  readonly stdout?: number;
  readonly stderr?: number;
  /** The whole environment; `sys.env` when not given. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** How a child ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: string | null;
}

export type SignalHandler = (signal: string) => void;

/** Runs the script's handler of a signal. */
export const signalHandlers =
  (handlers: ReadonlyMap<number, SignalHandler>) =>
  (signal: number): void =>
    handlers.get(signal)?.(signalName(signal));

const pointers = (name: string, strings: readonly string[]): Uint8Array => {
  if (strings.some((s) => s.includes('\0'))) throw new SystemError('EINVAL', name);
  return toBytes(strings.map((s) => `${s}\0`).join(''));
};

const numberOf = (name: string, signal: string | number): number => {
  const number = typeof signal === 'number' ? signal : SIGNAL[signal as SignalName];
  if (number === undefined) throw new SystemError('EINVAL', name);
  return number;
};

type Files = ReturnType<typeof fileFunctions>;

let temporaries = 0;

/** A file with these contents and no name, at its start. */
const withoutName = (files: Files, pid: number, bytes: Uint8Array): number => {
  temporaries++;
  const path = `/tmp/.js-${pid}-${temporaries}`;
  const fd = files.open(path, 'wx+', 0o600);
  files.unlink(path);
  files.write(fd, bytes, 0);
  return fd;
};

export const processFunctions = (
  calls: Calls,
  files: Files,
  env: Record<string, string>,
  handlers: Map<number, SignalHandler>,
  exit: (code: number) => never,
) => {
  const actionsOf = (options: SpawnOptions, directory: number | undefined): Uint8Array => {
    const steps: { op: number; fd: number; arg: number }[] = [];
    // What is given may be one of 0, 1, 2 itself: copies above them first, so that no step overwrites another's source.
    const given = [options.stdin, options.stdout, options.stderr];
    for (const [arg, fd] of given.entries()) if (fd !== undefined) steps.push({ op: SPAWN_ACTION.dup2, fd, arg });
    if (directory !== undefined) steps.push({ op: SPAWN_ACTION.fchdir, fd: directory, arg: 0 });
    const bytes = new Uint8Array(steps.length * LAYOUT.spawnAction.size);
    for (const [i, step] of steps.entries()) pack('spawnAction', step, bytes, i * LAYOUT.spawnAction.size);
    return bytes;
  };

  /** Descriptors below 3 that are to land on another number, moved out of the way for the time of a spawn. */
  const outOfTheWay = (options: SpawnOptions): { readonly moved: SpawnOptions; readonly copies: number[] } => {
    const copies: number[] = [];
    const move = (fd: number | undefined, target: number): number | undefined => {
      if (fd === undefined || fd > 2 || fd === target) return fd;
      const copy = calls.call('fcntl', undefined, fd, F.DUPFD_CLOEXEC, 3);
      copies.push(copy);
      return copy;
    };
    const stdin = move(options.stdin, 0);
    const stdout = move(options.stdout, 1);
    const stderr = move(options.stderr, 2);
    const moved = {
      ...options,
      ...(stdin !== undefined && { stdin }),
      ...(stdout !== undefined && { stdout }),
      ...(stderr !== undefined && { stderr }),
    };
    return { moved, copies };
  };

  const processes = {
    /** Start a program, looked up in PATH unless its name has a slash. Gives the pid. */
    spawn(argv: readonly string[], options: SpawnOptions = {}): number {
      const file = argv[0];
      if (file === undefined) throw new SystemError('EINVAL', 'spawn');
      const environment = options.env ?? env;
      const args = pointers('spawn', argv);
      const envp = pointers(
        'spawn',
        Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      );
      const opened: number[] = [];
      try {
        let directory: number | undefined;
        if (options.cwd !== undefined) {
          const path = calls.path('chdir', options.cwd);
          directory = calls.call('open', options.cwd, AT.FDCWD, path, O.RDONLY | O.DIRECTORY | O.CLOEXEC, 0);
          opened.push(directory);
        }
        const { moved, copies } = outOfTheWay(options);
        opened.push(...copies);
        const actions = actionsOf(moved, directory);
        return searchPath(file, environment['PATH'], (path, shell) => {
          const strings = shell ? pointers('spawn', ['sh', path, ...argv.slice(1)]) : args;
          const program = shell ? '/bin/sh' : path;
          return calls.call('spawn', file, calls.path('spawn', program), strings, envp, actions, 0);
        });
      } finally {
        for (const fd of opened) calls.call('close', undefined, fd);
      }
    },

    /** Wait for a child (any, when -1). With `nohang`, null when none has ended. */
    wait(pid = -1, options: { readonly nohang?: boolean } = {}): Exit | null {
      const info = new Uint8Array(LAYOUT.waitinfo.size);
      const child = calls.call('wait4', undefined, pid, options.nohang === true ? WAIT.NOHANG : 0, info);
      if (child === 0) return null;
      const status = decodeStatus(unpack('waitinfo', info).status);
      if (status.kind === 'exited') return { pid: child, code: status.code, signal: null };
      return { pid: child, code: null, signal: status.kind === 'signaled' ? signalName(status.signal) : null };
    },

    /** Run a program to its end and give what it printed. Its stdin is `input`, its stderr the script's own. */
    run(
      argv: readonly string[],
      options: SpawnOptions & { readonly input?: Data } = {},
    ): Exit & { readonly stdout: string; readonly bytes: Uint8Array } {
      const [outRead, outWrite] = processes.pipe();
      const opened = new Set([outRead, outWrite]);
      const close = (fd: number): void => {
        opened.delete(fd);
        calls.call('close', undefined, fd);
      };
      try {
        let { stdin } = options;
        if (options.input !== undefined) {
          // A pipe could fill up while nobody reads the output: a file without a name cannot.
          stdin = withoutName(files, processes.getpid(), toBytes(options.input));
          opened.add(stdin);
        }
        const pid = processes.spawn(argv, { ...options, ...(stdin !== undefined && { stdin }), stdout: outWrite });
        close(outWrite);
        const bytes = files.readAll(outRead);
        const exit = processes.wait(pid);
        if (exit === null) throw new SystemError('ECHILD', 'wait4');
        return { ...exit, bytes, stdout: toText(bytes) };
      } finally {
        for (const fd of opened) close(fd);
      }
    },

    /** [read end, write end] */
    pipe(): [number, number] {
      const fds = new Uint8Array(LAYOUT.fdpair.size);
      calls.call('pipe2', undefined, fds, O.CLOEXEC);
      const { first, second } = unpack('fdpair', fds);
      return [first, second];
    },

    dup: (fd: number): number => calls.call('fcntl', undefined, fd, F.DUPFD_CLOEXEC, 0),
    dup2: (fd: number, onto: number): number => calls.call('dup3', undefined, fd, onto, 0),

    kill(pid: number, signal: string | number = 'SIGTERM'): void {
      calls.call('kill', undefined, pid, numberOf('kill', signal));
    },

    /** What a signal does: a function (called with its name at the next call of `sys` or turn), 'ignore' or 'default'. */
    signal(signal: string | number, action: SignalHandler | 'ignore' | 'default'): void {
      const number = numberOf('sigaction', signal);
      const disposition = typeof action === 'function' ? DISPOSITION.handler : DISPOSITION[action];
      if (disposition === undefined) throw new SystemError('EINVAL', 'sigaction');
      if (typeof action === 'function') handlers.set(number, action);
      calls.call('sigaction', undefined, number, disposition, SA.RESTART, 0, 0);
      if (typeof action !== 'function') handlers.delete(number);
    },

    getpid: (): number => calls.call('getpid', undefined),
    getppid: (): number => calls.call('getppid', undefined),

    getuid(): number {
      const ids = new Uint8Array(LAYOUT.ids.size);
      calls.call('getresuid', undefined, ids);
      return unpack('ids', ids).real;
    },

    getcwd(): string {
      const buffer = new Uint8Array(4096);
      return toText(buffer.subarray(0, calls.call('getcwd', undefined, buffer)));
    },

    chdir(path: string): void {
      calls.call('chdir', path, calls.path('chdir', path));
    },

    umask: (mask: number): number => calls.call('umask', undefined, mask),

    /** End the process: nothing after this runs, not even `finally`. */
    exit(code = 0): never {
      return exit(code);
    },

    /** Milliseconds, with fractions. */
    sleep(ms: number): void {
      const end = performance.now() + ms;
      for (let left = ms; left > 0; left = end - performance.now()) {
        try {
          calls.call('nanosleep', undefined, Math.ceil(left * 1e6));
        } catch (error) {
          if (!(error instanceof SystemError && error.code === 'EINTR')) throw error;
        }
      }
    },

    isatty(fd: number): boolean {
      try {
        calls.call('tcgetattr', undefined, fd, new Uint8Array(LAYOUT.termios.size));
        return true;
      } catch (error) {
        if (error instanceof SystemError) return false;
        throw error;
      }
    },

    /** Size of a terminal. */
    winsize(fd = 1): { readonly rows: number; readonly cols: number } {
      const size = new Uint8Array(LAYOUT.winsize.size);
      calls.call('tcgetwinsz', undefined, fd, size);
      const { rows, cols } = unpack('winsize', size);
      return { rows, cols };
    },
  };
  return processes;
};
