// /proc, proc(5): the processes and the state of the system as files. A file is one row of PROCESS_FILES or SYSTEM_FILES;
// what it says comes from `ProcSource`, the texts from station/proc-text.ts.

import { S } from '../../../abi/file.ts';
import { bytesOf } from '../../../base/bytes.ts';
import type { ProcessDetail, ProcessRow } from '../../link.ts';
import {
  cmdlineText,
  commOf,
  loadavgText,
  type Memory,
  meminfoText,
  statText,
  statusText,
  systemStatText,
  uptimeText,
  versionText,
} from '../../station/proc-text.ts';
import type { Caller, FileSystem } from '../../vfs/filesystem.ts';
import type { Awaitable } from '../../vfs/flow.ts';
import type { Node } from '../../vfs/node.ts';
import { DynamicFs, type DynamicNode } from '../dynamic/dynamic-fs.ts';

export interface ProcSource {
  processes(): Promise<readonly ProcessRow[]>;
  /** Undefined when the process has ended. */
  detail(pid: number): Promise<ProcessDetail | undefined>;
  /** The process that asks; undefined for the host. */
  selfOf(caller: Caller): number | undefined;
  /** The node that an open file of a process of this station is, for links that lead to it. */
  fileNode(pid: number, fd: number): Awaitable<Node | undefined>;
  readonly mounts: () => string;
  readonly memory: () => Memory;
  readonly now: () => number;
  /** Milliseconds since the epoch. */
  readonly bootTime: number;
}

const DIRECTORY = S.IFDIR | 0o555;
const OWN_DIRECTORY = S.IFDIR | 0o500;
const FILE = S.IFREG | 0o444;
const LINK = S.IFLNK | 0o777;
const PROC_MAGIC = 0x9fa0;

type ProcessText = (row: ProcessRow, detail: ProcessDetail | undefined, source: ProcSource) => string;

const PROCESS_FILES: Readonly<Record<string, ProcessText>> = {
  cmdline: (row) => cmdlineText(row),
  comm: (row) => `${commOf(row)}\n`,
  environ: (_row, detail) => String.fromCharCode(...(detail?.environ ?? [])),
  stat: (row, detail, source) => statText(row, detail, source.bootTime),
  status: (row, detail) => statusText(row, detail),
  mounts: (_row, _detail, source) => source.mounts(),
};

const PROCESS_LINKS: Readonly<Record<string, (detail: ProcessDetail) => string>> = {
  cwd: ({ cwd }) => cwd,
  exe: ({ exe }) => exe,
  root: () => '/',
};

type SystemText = (source: ProcSource) => Awaitable<string>;

const SYSTEM_FILES: Readonly<Record<string, SystemText>> = {
  uptime: ({ now, bootTime }) => uptimeText(now(), bootTime),
  loadavg: async (source) => loadavgText(await source.processes()),
  meminfo: ({ memory }) => meminfoText(memory()),
  stat: async (source) => systemStatText(await source.processes(), source.bootTime),
  version: () => versionText(),
  cpuinfo: () => 'processor\t: 0\nmodel name\t: WebAssembly\n\n',
  filesystems: () => 'nodev\tproc\nnodev\tdevtmpfs\nnodev\ttmpfs\n\ttabfs\n\timagefs\n',
};

/** A text of the system that is there at once, or when it has been gathered. */
const textFile = (text: () => Awaitable<string>): DynamicNode => ({
  mode: FILE,
  content: async () => bytesOf(await text()),
});

const link = (target: (caller: Caller) => Awaitable<string>): DynamicNode => ({ mode: LINK, target });

class Provider {
  private readonly source: ProcSource;

  constructor(source: ProcSource) {
    this.source = source;
  }

  find([name, ...rest]: readonly string[], caller: Caller): Awaitable<DynamicNode | undefined> {
    if (name === undefined) return this.root();
    if (/^[1-9]\d*$/.test(name)) return this.process(Number(name), rest);
    if (rest.length > 0) return undefined;
    if (name === 'self') {
      const self = this.source.selfOf(caller);
      return self === undefined ? undefined : link(() => String(self));
    }
    if (name === 'mounts') return link(() => 'self/mounts');
    const text = Object.hasOwn(SYSTEM_FILES, name) ? SYSTEM_FILES[name] : undefined;
    return text && textFile(() => text(this.source));
  }

  private root(): DynamicNode {
    return {
      mode: DIRECTORY,
      list: async () => [
        ...(await this.source.processes()).map(({ pid }) => [String(pid), DIRECTORY] as const),
        ...Object.keys(SYSTEM_FILES).map((name) => [name, FILE] as const),
        ['self', LINK],
        ['mounts', LINK],
      ],
    };
  }

  private async process(pid: number, [name, inner, ...deeper]: readonly string[]): Promise<DynamicNode | undefined> {
    const row = (await this.source.processes()).find((p) => p.pid === pid);
    if (row === undefined || deeper.length > 0) return undefined;
    const owner = { uid: row.uid, gid: row.gid };
    if (name === undefined) return { ...owner, mode: DIRECTORY, list: () => processNames() };
    if (name === 'fd') return inner === undefined ? { ...owner, ...this.fds(pid) } : await this.fd(pid, inner, owner);
    if (inner !== undefined) return undefined;
    const text = Object.hasOwn(PROCESS_FILES, name) ? PROCESS_FILES[name] : undefined;
    if (text !== undefined) {
      return { ...owner, ...textFile(async () => text(row, await this.source.detail(pid), this.source)) };
    }
    const target = Object.hasOwn(PROCESS_LINKS, name) ? PROCESS_LINKS[name] : undefined;
    if (target === undefined) return undefined;
    const detail = await this.source.detail(pid);
    return detail && { ...owner, ...link(() => target(detail)) };
  }

  private fds(pid: number): DynamicNode {
    return {
      mode: OWN_DIRECTORY,
      list: async () => ((await this.source.detail(pid))?.fds ?? []).map(([fd]) => [String(fd), LINK] as const),
    };
  }

  private async fd(pid: number, name: string, owner: object): Promise<DynamicNode | undefined> {
    const found = (await this.source.detail(pid))?.fds.find(([fd]) => String(fd) === name);
    if (found === undefined) return undefined;
    const [fd, target] = found;
    return { ...owner, ...link(() => target), follow: () => this.source.fileNode(pid, fd) };
  }
}

const processNames = (): (readonly [string, number])[] => [
  ...Object.keys(PROCESS_FILES).map((name) => [name, FILE] as const),
  ...Object.keys(PROCESS_LINKS).map((name) => [name, LINK] as const),
  ['fd', OWN_DIRECTORY],
];

export const makeProcfs = (source: ProcSource): FileSystem =>
  new DynamicFs(new Provider(source), {
    type: 'proc',
    magic: PROC_MAGIC,
    readOnly: false,
    time: Math.floor(source.bootTime / 1000),
  });
