// snapshot: make, list, go back to and delete snapshots of the volume (row `snapshot` in the table of calls).

import { AT, O } from '../../abi/file.ts';
import { SystemError, toText } from '../sys/system-error.ts';
import type { Builtin, BuiltinProcess } from './builtin.ts';

const USAGE = `usage: snapshot create [NAME]
       snapshot list
       snapshot rollback NAME
       snapshot delete NAME...

A snapshot keeps all files as they are now, but for /tmp. It takes no time, and only as much
space as is changed later. A rollback brings all files back to what they were: it does not ask,
so make a snapshot of the present before. Programs that have a file open which is not in the
snapshot can go on using it until they close it.
`;
const CHANGE = { create: 1, delete: 2, rollback: 3 } as const;
const LINE_MAX = 512;

interface Row {
  readonly name: string;
  readonly date: Date;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** In UTC, as `date -u +'%F %T'` writes it. */
const written = (date: Date): string =>
  `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;

const list = ({ calls }: BuiltinProcess, fd: number): Row[] => {
  const rows: Row[] = [];
  for (;;) {
    const buffer = new Uint8Array(LINE_MAX);
    const length = calls.call('snapshots', undefined, fd, rows.length, buffer);
    if (length === 0) return rows;
    const [sec = '', nsec = '', ...name] = toText(buffer.subarray(0, length)).split(' ');
    rows.push({ name: name.join(' '), date: new Date(Number(sec) * 1000 + Number(nsec) / 1e6) });
  }
};

const act = (process: BuiltinProcess, fd: number, command: string, names: readonly string[]): number => {
  const { calls } = process;
  if (command === 'list') {
    for (const { name, date } of list(process, fd)) process.write(1, `${written(date)}  ${name}\n`);
    return 0;
  }
  for (const name of names) {
    calls.call('snapshot', name, fd, CHANGE[command as keyof typeof CHANGE], calls.path('snapshot', name));
  }
  return 0;
};

/** How many names a command takes. */
const NAMES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  create: [0, 1],
  list: [0, 0],
  rollback: [1, 1],
  delete: [1, Number.POSITIVE_INFINITY],
};

export const snapshot: Builtin = (process) => {
  const [, command = '', ...names] = process.args;
  if (command === '-h' || command === '--help') {
    process.write(1, USAGE);
    return 0;
  }
  const [least, most] = NAMES[command] ?? [1, 0];
  if (names.length < least || names.length > most) {
    process.write(2, USAGE);
    return 2;
  }
  const { calls } = process;
  try {
    const fd = calls.call('open', '/', AT.FDCWD, calls.path('open', '/'), O.RDONLY | O.DIRECTORY | O.CLOEXEC, 0);
    const given = command === 'create' && names.length === 0 ? [written(new Date())] : names;
    return act(process, fd, command, given);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    process.write(2, `snapshot: ${error.message}\n`);
    return 1;
  }
};
