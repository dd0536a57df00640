// /dev: the devices of null(4), full(4), random(4), tty(4), pts(4), and the links of proc(5) to open files.
// A device is one row of DEVICES; what it does when it is opened is not the file system's affair.

import { DEV, makedev, S } from '../../../abi/file.ts';
import type { FileSystem } from '../../vfs/filesystem.ts';
import { type Awaitable, chain } from '../../vfs/flow.ts';
import { DynamicFs, type DynamicNode } from '../dynamic/dynamic-fs.ts';

const DEVICES: Readonly<Record<string, number>> = {
  null: DEV.null,
  zero: DEV.zero,
  full: DEV.full,
  random: DEV.random,
  urandom: DEV.urandom,
  tty: DEV.tty,
  console: DEV.console,
  ptmx: DEV.ptmx,
};

const LINKS: Readonly<Record<string, string>> = {
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
  fd: '/proc/self/fd',
};

const DIRECTORY = S.IFDIR | 0o755;
const CHARACTER = S.IFCHR | 0o666;
const LINK = S.IFLNK | 0o777;
const TTY_GID = 5;
const TMPFS_MAGIC = 0x01021994;

const device = (rdev: number): DynamicNode => ({ mode: CHARACTER, rdev });
const link = (target: string): DynamicNode => ({ mode: LINK, size: target.length, target: () => target });

export interface DevfsOptions {
  /** Numbers of the terminals that exist. */
  readonly ttys: () => Awaitable<readonly number[]>;
  /** Who owns the terminals. */
  readonly uid: number;
  /** Seconds since the epoch. */
  readonly time: number;
}

export const makeDevfs = ({ ttys, uid, time }: DevfsOptions): FileSystem => {
  const root: DynamicNode = {
    mode: DIRECTORY,
    list: () => [
      ...Object.keys(DEVICES).map((name) => [name, CHARACTER] as const),
      ...Object.keys(LINKS).map((name) => [name, LINK] as const),
      ['pts', DIRECTORY],
      ['shm', DIRECTORY],
    ],
  };
  const terminal = (id: number): DynamicNode => ({
    mode: S.IFCHR | 0o620,
    uid,
    gid: TTY_GID,
    rdev: makedev(DEV.PTS_MAJOR, id),
  });
  const pts: DynamicNode = {
    mode: DIRECTORY,
    list: () => chain(ttys(), (ids) => [['ptmx', CHARACTER], ...ids.map((id) => [String(id), S.IFCHR] as const)]),
  };
  /** What a terminal is called. */
  const findTerminal = (name: string): Awaitable<DynamicNode | undefined> => {
    if (name === 'ptmx') return device(DEV.ptmx);
    if (!/^(0|[1-9]\d*)$/.test(name)) return undefined;
    return chain(ttys(), (ids) => (ids.includes(Number(name)) ? terminal(Number(name)) : undefined));
  };
  return new DynamicFs(
    {
      find([name, inner, ...deeper]) {
        if (name === undefined) return root;
        if (name === 'pts' && inner !== undefined) return deeper.length === 0 ? findTerminal(inner) : undefined;
        if (inner !== undefined) return undefined;
        if (name === 'pts') return pts;
        if (name === 'shm') return { mode: S.IFDIR | S.ISVTX | 0o777, list: () => [] };
        if (Object.hasOwn(DEVICES, name)) return device(DEVICES[name] as number);
        return Object.hasOwn(LINKS, name) ? link(LINKS[name] as string) : undefined;
      },
    },
    { type: 'devtmpfs', magic: TMPFS_MAGIC, readOnly: false, time },
  );
};
