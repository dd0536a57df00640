// /proc, proc(5): the processes and the state of the system as files. A file is one row of process-files.ts or
// system-files.ts; what it says comes from `ProcSource`, the texts from station/proc-*.ts.

import type { CpuTimes, ProcessDetail, ProcessRow } from '../../link.ts';
import type { Random } from '../../ports.ts';
import type { MountText } from '../../station/proc-process-text.ts';
import type { Memory } from '../../station/proc-text.ts';
import type { Caller, FileSystem } from '../../vfs/filesystem.ts';
import type { Awaitable } from '../../vfs/flow.ts';
import type { Node } from '../../vfs/node.ts';
import { DynamicFs, type DynamicNode } from '../dynamic/dynamic-fs.ts';
import { processNode } from './process-files.ts';
import { SYSTEM_FILES } from './system-files.ts';
import { DIRECTORY, FILE, LINK, link, textFile } from './texts.ts';

export interface ProcSource {
  processes(): Promise<readonly ProcessRow[]>;
  /** Undefined when the process has ended. */
  detail(pid: number): Promise<ProcessDetail | undefined>;
  /** Of all processes there ever were. */
  cpuTime(): Promise<CpuTimes>;
  /** The process that asks; undefined for the host. */
  selfOf(caller: Caller): number | undefined;
  /** The node that an open file of a process of this station is, for links that lead to it. */
  fileNode(pid: number, fd: number): Awaitable<Node | undefined>;
  readonly mounts: () => readonly MountText[];
  readonly memory: () => Memory;
  readonly random: Random;
  readonly now: () => number;
  /** Milliseconds since the epoch. */
  readonly bootTime: number;
}

const PROC_MAGIC = 0x9fa0;

const LINKS: Readonly<Record<string, (self: number) => string>> = {
  self: (self) => String(self),
  'thread-self': (self) => `${self}/task/${self}`,
  mounts: () => 'self/mounts',
};

class Provider {
  private readonly source: ProcSource;

  constructor(source: ProcSource) {
    this.source = source;
  }

  find(path: readonly string[], caller: Caller): Awaitable<DynamicNode | undefined> {
    const [name, ...rest] = path;
    if (name === undefined) return this.root();
    if (/^[1-9]\d*$/.test(name)) return this.process(Number(name), rest);
    const target = rest.length === 0 && Object.hasOwn(LINKS, name) ? LINKS[name] : undefined;
    if (target !== undefined) {
      const self = this.source.selfOf(caller);
      return self === undefined ? undefined : link(() => target(self));
    }
    const whole = path.join('/');
    const text = Object.hasOwn(SYSTEM_FILES, whole) ? SYSTEM_FILES[whole] : undefined;
    if (text !== undefined) return textFile(() => text(this.source));
    const names = systemNames(`${whole}/`);
    return names.length === 0 ? undefined : { mode: DIRECTORY, list: () => names };
  }

  private root(): DynamicNode {
    return {
      mode: DIRECTORY,
      list: async () => [
        ...(await this.source.processes()).map(({ pid }) => [String(pid), DIRECTORY] as const),
        ...systemNames(''),
        ...Object.keys(LINKS).map((name) => [name, LINK] as const),
      ],
    };
  }

  private async process(pid: number, rest: readonly string[]): Promise<DynamicNode | undefined> {
    const row = (await this.source.processes()).find((p) => p.pid === pid);
    return row && (await processNode(row, rest, this.source));
  }
}

/** What is in a directory of system files: `prefix` is its path with a slash, or nothing. */
const systemNames = (prefix: string): readonly (readonly [string, number])[] => {
  const names = new Map<string, number>();
  for (const path of Object.keys(SYSTEM_FILES)) {
    if (!path.startsWith(prefix)) continue;
    const [name = '', ...deeper] = path.slice(prefix.length).split('/');
    names.set(name, deeper.length > 0 ? DIRECTORY : FILE);
  }
  return [...names];
};

export const makeProcfs = (source: ProcSource): FileSystem =>
  new DynamicFs(new Provider(source), {
    type: 'proc',
    magic: PROC_MAGIC,
    readOnly: false,
    time: Math.floor(source.bootTime / 1000),
  });
