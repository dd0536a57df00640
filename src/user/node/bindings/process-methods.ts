// internalBinding('process_methods') and ('credentials') (node_process_methods.cc, node_credentials.cc).

import { LAYOUT } from '../../../abi/layout.ts';
import { SIGNAL } from '../../../abi/signals.ts';
import { unpack } from '../../../abi/struct.ts';
import { toText } from '../../../base/bytes.ts';
import { byteName } from '../fs-calls.ts';
import type { Dict, MakeBinding, NodeRuntime } from '../runtime.ts';
import { attempt, uvNumber } from '../uv-error.ts';
import { parseEnv } from './util.ts';

/** Engines do not tell a worker's memory: typical sizes. */
const RESIDENT = 48 * 1024 * 1024;
const HEAP = 8 * 1024 * 1024;
const ID_KEEP = 0xffff_ffff;

const defineArguments = (node: NodeRuntime, process: Dict): void => {
  process['title'] = 'node';
  process['argv'] = [node.args[0] ?? 'node', ...node.options.rest];
  process['execArgv'] = [...node.options.execArgv];
  process['versions'] = node.versions;
  process['pid'] = node.client.call('getpid');
  process['execPath'] = '/usr/bin/node';
  process['debugPort'] = 9229;
  Object.defineProperty(process, 'ppid', {
    configurable: true,
    enumerable: true,
    get: () => node.client.call('getppid'),
  });
};

const times = (node: NodeRuntime): { readonly user: number; readonly system: number } => {
  const bytes = new Uint8Array(LAYOUT.cputimes.size);
  node.client.call('times', bytes);
  const { utime, stime } = unpack('cputimes', bytes);
  return { user: utime, system: stime };
};

export const processMethods: MakeBinding = (node) => {
  const { client, host } = node;
  const hrtimeBuffer = new Uint32Array(3);
  const hrBig = new BigUint64Array(hrtimeBuffer.buffer, 0, 1);
  const nanoseconds = (): bigint => BigInt(Math.round((host.timeOrigin - bootTime(node) + host.now()) * 1e6));
  const activeResources = (): string[] => [...node.handles.active()].map((handle) => handle.resourceName);
  return {
    hrtimeBuffer,
    hrtime: (): void => {
      const now = nanoseconds();
      const seconds = now / 1_000_000_000n;
      hrtimeBuffer[0] = Number(seconds >> 32n);
      hrtimeBuffer[1] = Number(seconds & 0xffff_ffffn);
      hrtimeBuffer[2] = Number(now % 1_000_000_000n);
    },
    hrtimeBigInt: (): void => {
      hrBig[0] = nanoseconds();
    },
    patchProcessObject: (process: Dict) => defineArguments(node, process),
    setEmitWarningSync: () => {},
    uptime: () => host.now() / 1000,
    cwd: (): string => {
      try {
        return toText(node.fs.calls.cwd());
      } catch (error) {
        throw node.uv.make({ errno: uvNumber(error), syscall: 'uv_cwd' });
      }
    },
    chdir: (path: string): void => {
      try {
        client.call('chdir', byteName(path));
      } catch (error) {
        const failure = node.uv.make({
          errno: uvNumber(error),
          syscall: 'chdir',
          path: toText(node.fs.calls.cwd()),
          dest: path,
        });
        throw failure;
      }
    },
    umask: (mask?: number): number => {
      const old = client.call('umask', mask ?? 0);
      if (mask === undefined) client.call('umask', old);
      return old;
    },
    memoryUsage: (values: Float64Array): void => {
      values[0] = RESIDENT;
      values[1] = HEAP;
      values[2] = HEAP;
      values[3] = 2 * 1024 * 1024;
      values[4] = 64 * 1024;
    },
    rss: () => RESIDENT,
    constrainedMemory: () => 0,
    availableMemory: () => 2 ** 31,
    cpuUsage: (values: Float64Array): void => {
      const { user, system } = times(node);
      values[0] = user;
      values[1] = system;
    },
    threadCpuUsage: (values: Float64Array): void => {
      const { user, system } = times(node);
      values[0] = user;
      values[1] = system;
    },
    resourceUsage: (values: Float64Array): void => {
      const { user, system } = times(node);
      values.fill(0);
      values[0] = user;
      values[1] = system;
      values[2] = RESIDENT / 1024;
    },
    _getActiveRequests: () => [],
    _getActiveHandles: () => [...node.handles.active()].map((handle) => handle.owner),
    getActiveResourcesInfo: activeResources,
    _kill: (pid: number, signal: number) => attempt(() => client.call('kill', pid, signal)),
    _rawDebug: (text: string) => node.write(2, `${text}\n`),
    _debugProcess: () => {},
    _debugEnd: () => {},
    _startProfilerIdleNotifier: () => {},
    _stopProfilerIdleNotifier: () => {},
    reallyExit: (code: number) => node.exit(code),
    abort: (): never => {
      client.call('sigaction', SIGNAL.SIGABRT, 0, 0, 0, 0);
      client.call('kill', client.call('getpid'), SIGNAL.SIGABRT);
      return node.exit(134);
    },
    causeSegfault: () => client.call('kill', client.call('getpid'), SIGNAL.SIGSEGV),
    dlopen: (_module: unknown, file: string): never => {
      throw Object.assign(new Error(`${file}: native addons cannot be loaded: this system runs WebAssembly`), {
        code: 'ERR_DLOPEN_FAILED',
      });
    },
    loadEnvFile: (path?: string): void => {
      const name = path ?? '.env';
      let text: string;
      try {
        const fd = node.fs.calls.open(byteName(name), 0, 0);
        try {
          text = host.decodeUtf8(node.fs.calls.readAll(fd));
        } finally {
          node.fs.calls.close(fd);
        }
      } catch (error) {
        throw node.uv.make({ errno: uvNumber(error), syscall: 'open', path: name });
      }
      const env = node.process['env'] as Record<string, string>;
      for (const [key, value] of Object.entries(parseEnv(text))) env[key] ??= value as string;
    },
    execve: (): never => {
      throw Object.assign(new Error('process.execve is not available'), {
        code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
      });
    },
  };
};

/** When the machine's clock of process.hrtime began: any fixed point does. */
const bootTime = (node: NodeRuntime): number => Math.floor(node.host.timeOrigin / 86_400_000) * 86_400_000;

export const credentials: MakeBinding = (node) => {
  const { client } = node;
  const ids = (call: 'getresuid' | 'getresgid'): { readonly real: number; readonly effective: number } => {
    const bytes = new Uint8Array(LAYOUT.ids.size);
    client.call(call, bytes);
    return unpack('ids', bytes);
  };
  const set = (call: 'setresuid' | 'setresgid', real: number, effective: number): void => {
    try {
      client.call(call, real >>> 0, effective >>> 0, ID_KEEP);
    } catch (error) {
      throw node.uv.make({ errno: uvNumber(error), syscall: call.replace('res', '') });
    }
  };
  /** A name that nobody knows is 1, as the library expects; only numbers are known here. */
  const setter =
    (call: 'setresuid' | 'setresgid', effectiveOnly: boolean) =>
    (id: unknown): number => {
      const number = typeof id === 'number' ? id : node.users.idOf(String(id), call === 'setresuid' ? 'user' : 'group');
      if (number === undefined) return 1;
      set(call, effectiveOnly ? ID_KEEP : number, number);
      return 0;
    };
  const env = (name: string): string | undefined => (node.process['env'] as Record<string, string>)[name];
  return {
    implementsPosixCredentials: true,
    safeGetenv: env,
    getTempDir: () => env('TMPDIR') ?? env('TMP') ?? env('TEMP') ?? '/tmp',
    getuid: () => ids('getresuid').real,
    geteuid: () => ids('getresuid').effective,
    getgid: () => ids('getresgid').real,
    getegid: () => ids('getresgid').effective,
    getgroups: () => [ids('getresgid').real],
    setuid: setter('setresuid', false),
    seteuid: setter('setresuid', true),
    setgid: setter('setresgid', false),
    setegid: setter('setresgid', true),
    setgroups: (): never => {
      throw node.uv.make({ errno: -1, syscall: 'setgroups' });
    },
    initgroups: (): never => {
      throw node.uv.make({ errno: -1, syscall: 'initgroups' });
    },
  };
};
