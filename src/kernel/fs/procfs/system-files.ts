// The files of /proc that are of the system and not of a process: one row each, by the path below /proc.

import { LIMITS } from '../../../abi/file.ts';
import { INOTIFY_LIMITS } from '../../../abi/inotify.ts';
import { UTSNAME } from '../../../abi/version.ts';
import {
  cpuinfoText,
  loadavgText,
  meminfoText,
  systemStatText,
  uptimeText,
  versionText,
} from '../../station/proc-text.ts';
import type { Awaitable } from '../../vfs/flow.ts';
import type { ProcSource } from './procfs.ts';

type SystemText = (source: ProcSource) => Awaitable<string>;

const line = (value: string | number): (() => string) => {
  const text = `${value}\n`;
  return () => text;
};

/** A random number as uuid(7) has it. */
const uuid = ({ random }: ProcSource): string => {
  const bytes = new Uint8Array(16);
  random.fill(bytes);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}\n`;
};

export const SYSTEM_FILES: Readonly<Record<string, SystemText>> = {
  cmdline: line(''),
  cpuinfo: () => cpuinfoText(),
  filesystems: () =>
    ['proc', 'devtmpfs', 'tmpfs', 'overlay', 'imagefs'].map((type) => `nodev\t${type}\n`).join('') + '\ttabfs\n',
  loadavg: async (source) => loadavgText(await source.processes()),
  meminfo: ({ memory }) => meminfoText(memory()),
  stat: async (source) => systemStatText(await source.processes(), await source.cpuTime(), source),
  swaps: line('Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority'),
  uptime: ({ now, bootTime }) => uptimeText(now(), bootTime),
  version: () => versionText(),
  'sys/fs/file-max': line(LIMITS.OPEN_MAX),
  'sys/fs/inotify/max_queued_events': line(INOTIFY_LIMITS.events),
  'sys/fs/inotify/max_user_instances': line(INOTIFY_LIMITS.instances),
  'sys/fs/inotify/max_user_watches': line(INOTIFY_LIMITS.watches),
  'sys/fs/pipe-max-size': line(LIMITS.PIPE_CAPACITY),
  'sys/kernel/domainname': line('(none)'),
  'sys/kernel/hostname': line(UTSNAME.nodename),
  'sys/kernel/osrelease': line(UTSNAME.release),
  'sys/kernel/ostype': line(UTSNAME.sysname),
  'sys/kernel/pid_max': line(LIMITS.PID_MAX),
  'sys/kernel/random/uuid': uuid,
  'sys/kernel/version': line(UTSNAME.version),
};
