// The longer texts of /proc/<pid>, in the formats of proc(5): limits, descriptors, mounts.

import { O } from '../../abi/file.ts';
import { RLIM_INFINITY } from '../../abi/layout.ts';
import type { DescriptorDetail, ProcessDetail } from '../link.ts';
import type { Mount } from '../vfs/vfs.ts';

/** In the numbers of getrlimit(2). */
const LIMITS: readonly (readonly [name: string, unit: string])[] = [
  ['Max cpu time', 'seconds'],
  ['Max file size', 'bytes'],
  ['Max data size', 'bytes'],
  ['Max stack size', 'bytes'],
  ['Max core file size', 'bytes'],
  ['Max resident set', 'bytes'],
  ['Max processes', 'processes'],
  ['Max open files', 'files'],
  ['Max locked memory', 'bytes'],
  ['Max address space', 'bytes'],
  ['Max file locks', 'locks'],
  ['Max pending signals', 'signals'],
  ['Max msgqueue size', 'bytes'],
  ['Max nice priority', ''],
  ['Max realtime priority', ''],
  ['Max realtime timeout', 'us'],
];

const limitRow = (name: string, soft: string, hard: string, unit: string): string =>
  `${name.padEnd(25)} ${soft.padEnd(20)} ${hard.padEnd(20)} ${unit.padEnd(10)}\n`;

export const limitsText = ({ limits }: ProcessDetail): string => {
  const show = (value: number): string => (value >= RLIM_INFINITY ? 'unlimited' : String(value));
  const rows = LIMITS.map(([name, unit], i) => {
    const { cur, max } = limits[i] ?? { cur: RLIM_INFINITY, max: RLIM_INFINITY };
    return limitRow(name, show(cur), show(max), unit);
  });
  return limitRow('Limit', 'Soft Limit', 'Hard Limit', 'Units') + rows.join('');
};

export const fdinfoText = ({ offset, flags, cloexec }: DescriptorDetail): string =>
  `pos:\t${offset}\nflags:\t0${(cloexec ? flags | O.CLOEXEC : flags).toString(8)}\nmnt_id:\t0\n`;

/** What /proc/mounts and mountinfo say of a mount. */
export interface MountText {
  readonly mount: Mount;
  readonly source: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Blanks and backslashes as octal escapes, getmntent(3). */
const escaped = (path: string): string =>
  path.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);

export const mountsText = (mounts: readonly MountText[]): string =>
  mounts
    .map(
      ({ mount, source, type, options }) =>
        `${escaped(source)} ${escaped(mount.path)} ${type} ${options.join(',')} 0 0\n`,
    )
    .join('');

export const mountinfoText = (mounts: readonly MountText[]): string =>
  mounts
    .map(({ mount, source, type, options }) => {
      const parent = mount.covers?.mount.dev ?? mount.dev;
      const [access = 'rw', ...rest] = options;
      const own = [access, ...rest].join(',');
      return `${mount.dev} ${parent} 0:${mount.dev} / ${escaped(mount.path)} ${access} - ${type} ${escaped(source)} ${own}\n`;
    })
    .join('');
