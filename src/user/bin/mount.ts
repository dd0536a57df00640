// mount and umount, mount(8) as far as it goes here: list, a new tmpfs, an overlay, a bind mount; for all tabs.

import { ERRNO } from '../../abi/errno.ts';
import { AT, MS, O, UMOUNT } from '../../abi/file.ts';
import { SystemError, toText } from '../sys/system-error.ts';
import type { Builtin, BuiltinProcess } from './builtin.ts';

const USAGE = `usage: mount [-t TYPE]
       mount -t tmpfs [-o size=SIZE,nr_inodes=N,mode=MODE] NAME DIRECTORY
       mount -t overlay -o lowerdir=DIR,upperdir=DIR,workdir=DIR NAME DIRECTORY
       mount --bind [-r] DIRECTORY DIRECTORY
`;
const UMOUNT_USAGE = 'usage: umount [-l] DIRECTORY...\n';
const CHUNK = 4096;

/** Options that are flags of the call. The others go to the file system. */
const FLAGS: Readonly<Record<string, number>> = {
  ro: MS.RDONLY,
  rw: 0,
  bind: MS.BIND,
  rbind: MS.BIND | MS.REC,
  defaults: 0,
  nosuid: MS.NOSUID,
  suid: 0,
  nodev: MS.NODEV,
  dev: 0,
  noexec: MS.NOEXEC,
  exec: 0,
  noatime: MS.NOATIME,
  relatime: MS.RELATIME,
};

const SWITCHES: Readonly<Record<string, string>> = { '--bind': 'bind', '-B': 'bind', '-r': 'ro', '-w': 'rw' };

interface Line {
  readonly type: string;
  readonly options: readonly string[];
  readonly operands: readonly string[];
}

/** Undefined for a line that says nothing that can be done. */
const parse = (args: readonly string[]): Line | undefined => {
  let type = '';
  const options: string[] = [];
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '-t' || arg === '-o') {
      const value = args[++i];
      if (value === undefined) return undefined;
      if (arg === '-t') type = value;
      else options.push(...value.split(',').filter((option) => option !== ''));
    } else if (Object.hasOwn(SWITCHES, arg)) options.push(SWITCHES[arg] as string);
    else if (arg.startsWith('-') && arg !== '-') return undefined;
    else operands.push(arg);
  }
  return { type, options, operands };
};

const readAll = ({ calls }: BuiltinProcess, path: string): string => {
  const fd = calls.call('open', path, AT.FDCWD, calls.path('open', path), O.RDONLY | O.CLOEXEC, 0);
  let text = '';
  for (;;) {
    const buffer = new Uint8Array(CHUNK);
    const n = calls.call('read', path, fd, buffer);
    if (n === 0) break;
    text += toText(buffer.subarray(0, n));
  }
  calls.call('close', path, fd);
  return text;
};

const list = (process: BuiltinProcess, wanted: string): number => {
  for (const line of readAll(process, '/proc/mounts').split('\n')) {
    const [source, target, type, options] = line.split(' ');
    if (target === undefined || (wanted !== '' && type !== wanted)) continue;
    process.write(1, `${source} on ${target} type ${type} (${options})\n`);
  }
  return 0;
};

const complain = (process: BuiltinProcess, name: string, path: string, error: unknown): number => {
  if (!(error instanceof SystemError)) throw error;
  process.write(2, `${name}: ${path}: ${ERRNO[error.code].text}\n`);
  return 32;
};

export const mount: Builtin = (process) => {
  const line = parse(process.args.slice(1));
  if (line?.operands.length === 0 && line.options.length === 0) return list(process, line.type);
  const [source, target] = line?.operands ?? [];
  if (line === undefined || source === undefined || target === undefined || line.operands.length > 2) {
    process.write(2, USAGE);
    return 1;
  }
  const flags = line.options.reduce((all, option) => all | (FLAGS[option] ?? 0), 0);
  const data = line.options.filter((option) => !Object.hasOwn(FLAGS, option)).join(',');
  if (line.type === '' && (flags & MS.BIND) === 0) {
    process.write(2, `mount: ${target}: say which type of file system by -t\n${USAGE}`);
    return 1;
  }
  const { calls } = process;
  const path = (text: string): Uint8Array => calls.path('mount', text);
  try {
    calls.call('mount', undefined, path(source), path(target), path(line.type), flags, path(data));
    return 0;
  } catch (error) {
    return complain(process, 'mount', target, error);
  }
};

export const umount: Builtin = (process) => {
  const [, ...args] = process.args;
  const lazy = args[0] === '-l';
  const targets = lazy ? args.slice(1) : args;
  if (targets.length === 0 || targets.some((target) => target.startsWith('-'))) {
    process.write(2, UMOUNT_USAGE);
    return 1;
  }
  let status = 0;
  for (const target of targets) {
    try {
      process.calls.call('umount2', undefined, process.calls.path('umount2', target), lazy ? UMOUNT.DETACH : 0);
    } catch (error) {
      status = complain(process, 'umount', target, error);
    }
  }
  return status;
};
