// The texts of /proc, in the formats of proc(5), as procps and busybox read them. Pure: from what the kernel and the
// process's station know to byte strings.

import { UTSNAME } from '../../abi/version.ts';
import { byteString, fromText, unpackStrings } from '../../base/bytes.ts';
import type { CpuTimes, ProcessDetail, ProcessRow } from '../link.ts';

/** USER_HZ: the unit of times in /proc/<pid>/stat. */
const HZ = 100;
const COMM_MAX = 15;

const ticks = (microseconds: number): number => Math.round((microseconds * HZ) / 1e6);

/** The command name: the last part of argv[0], cut to 15 bytes. */
export const commOf = (row: ProcessRow): string => {
  if (row.pid === 1) return 'init';
  const name = unpackStrings(row.argv)[0] ?? '';
  return name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/^-/, '')
    .slice(0, COMM_MAX);
};

const stateOf = (row: ProcessRow, detail: ProcessDetail | undefined): 'R' | 'S' | 'T' | 'Z' => {
  if (row.state === 'zombie') return 'Z';
  if (row.state === 'stopped') return 'T';
  return detail?.sleeping === false ? 'R' : 'S';
};

const STATE_NAMES = { R: 'running', S: 'sleeping', T: 'stopped', Z: 'zombie' } as const;

/** Device number of the controlling terminal: pts are 136:N. */
const ttyNumber = (tty: number): number => (tty < 0 ? 0 : (136 << 8) | tty);

export const statText = (row: ProcessRow, detail: ProcessDetail | undefined, bootTime: number): string => {
  const fields: (string | number)[] = Array.from({ length: 52 }, () => 0);
  const set = (number: number, value: string | number): void => {
    fields[number - 1] = value;
  };
  set(1, row.pid);
  set(2, `(${commOf(row)})`);
  set(3, stateOf(row, detail));
  set(4, row.ppid);
  set(5, row.pgid);
  set(6, row.sid);
  set(7, ttyNumber(row.tty));
  set(8, row.tpgid);
  set(14, ticks(detail?.utime ?? 0));
  set(15, ticks(detail?.stime ?? 0));
  set(18, 20);
  set(20, 1);
  set(22, Math.max(0, Math.round(((row.started - bootTime) * HZ) / 1000)));
  set(38, 17);
  set(52, row.state === 'zombie' ? row.exitStatus : 0);
  return `${fields.join(' ')}\n`;
};

const hex64 = ([lo, hi]: readonly [number, number]): string =>
  (hi >>> 0).toString(16).padStart(8, '0') + (lo >>> 0).toString(16).padStart(8, '0');
const NO_SIGNALS = [0, 0] as const;

export const statusText = (row: ProcessRow, detail: ProcessDetail | undefined): string => {
  const state = stateOf(row, detail);
  const { uid, gid } = row;
  const lines = [
    ['Name', commOf(row)],
    ['State', `${state} (${STATE_NAMES[state]})`],
    ['Tgid', row.pid],
    ['Pid', row.pid],
    ['PPid', row.ppid],
    ['TracerPid', 0],
    ['Uid', `${uid}\t${uid}\t${uid}\t${uid}`],
    ['Gid', `${gid}\t${gid}\t${gid}\t${gid}`],
    ...(detail === undefined ? [] : [['Umask', detail.umask.toString(8).padStart(4, '0')]]),
    ['FDSize', detail?.fds.length ?? 0],
    ['Groups', gid],
    ['NSpgid', row.pgid],
    ['NSsid', row.sid],
    ['Threads', 1],
    ['SigPnd', hex64(detail?.pending ?? NO_SIGNALS)],
    ['ShdPnd', hex64(NO_SIGNALS)],
    ['SigBlk', hex64(detail?.blocked ?? NO_SIGNALS)],
    ['SigIgn', hex64(detail?.ignored ?? NO_SIGNALS)],
    ['SigCgt', hex64(detail?.caught ?? NO_SIGNALS)],
  ];
  return lines.map(([name, value]) => `${name}:\t${value}\n`).join('');
};

export const cmdlineText = (row: ProcessRow): string => (row.state === 'zombie' ? '' : byteString(row.argv));

export const uptimeText = (now: number, bootTime: number): string => {
  const seconds = ((now - bootTime) / 1000).toFixed(2);
  return `${seconds} ${seconds}\n`;
};

/** Of loads nothing is measured: the counts of running and of all processes are true. */
export const loadavgText = (rows: readonly ProcessRow[]): string => {
  const last = rows.reduce((max, { pid }) => Math.max(max, pid), 0);
  const running = rows.filter(({ state }) => state === 'running').length;
  return `0.00 0.00 0.00 ${running}/${rows.length} ${last}\n`;
};

/** Bytes of memory that the system can say something about. */
export interface Memory {
  readonly total: number;
  readonly free: number;
}

export const meminfoText = ({ total, free }: Memory): string => {
  const rows: readonly (readonly [string, number])[] = [
    ['MemTotal', total],
    ['MemFree', free],
    ['MemAvailable', free],
    ['Buffers', 0],
    ['Cached', 0],
    ['SwapTotal', 0],
    ['SwapFree', 0],
  ];
  return rows
    .map(([name, bytes]) => `${`${name}:`.padEnd(16)}${String(Math.floor(bytes / 1024)).padStart(8)} kB\n`)
    .join('');
};

/** What is not user time was idle: more is not known. */
export const systemStatText = (
  rows: readonly ProcessRow[],
  { utime, stime }: CpuTimes,
  { now, bootTime }: { readonly now: () => number; readonly bootTime: number },
): string => {
  const idle = Math.max(0, ticks((now() - bootTime) * 1000) - ticks(utime + stime));
  const cpu = `${ticks(utime)} 0 ${ticks(stime)} ${idle} 0 0 0 0 0 0`;
  const last = rows.reduce((max, { pid }) => Math.max(max, pid), 0);
  return [
    `cpu  ${cpu}`,
    `cpu0 ${cpu}`,
    'intr 0',
    'ctxt 0',
    `btime ${Math.floor(bootTime / 1000)}`,
    `processes ${last}`,
    `procs_running ${rows.filter(({ state }) => state === 'running').length}`,
    'procs_blocked 0',
    '',
  ].join('\n');
};

/** A process has one thread: to it, this is a machine with one processor. */
export const cpuinfoText = (): string =>
  [
    'processor\t: 0',
    'vendor_id\t: TabOS',
    'model name\t: WebAssembly',
    'cpu cores\t: 1',
    'siblings\t: 1',
    'flags\t\t: simd128 bulk-memory sign-ext',
    'address sizes\t: 32 bits virtual',
    '',
    '',
  ].join('\n');

export const versionText = (): string =>
  fromText(`${UTSNAME.sysname} version ${UTSNAME.release} (${UTSNAME.machine}) ${UTSNAME.version}\n`);
