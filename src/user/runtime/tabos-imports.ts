// The import module `tabos`: the calls of the ABI table as a wasm guest sees them, derived from the rows.
//
// A row's arguments arrive flattened: i32 for an integer, i64 for `off`, (pointer, length) for paths, strings and
// buffers. The result is i32, i64 where the row says `off`; minus the WASI errno on failure. Few calls are more than
// their row: those that end the guest or copy it, and data transfers, which may be longer than the window.

import { ERRNO, SysError } from '../../abi/errno.ts';
import { LAYOUT, type Layout } from '../../abi/layout.ts';
import { type ArgKind, type ChannelCall, type Row, SYSCALLS, type SyscallName } from '../../abi/syscalls.ts';
import type { Binder, Guest } from './guest.ts';

type Raw = number | bigint;
type Value = number | Uint8Array;

/** Takes one argument of the row off the flattened ones. */
interface Take {
  readonly width: 1 | 2;
  readonly take: (guest: Guest, raw: readonly Raw[], at: number) => Value;
}

const SIGNED: Take = { width: 1, take: (_guest, raw, at) => raw[at] as number };
const UNSIGNED: Take = { width: 1, take: (_guest, raw, at) => (raw[at] as number) >>> 0 };
const WIDE: Take = { width: 1, take: (_guest, raw, at) => Number(raw[at]) };
const BYTES: Take = {
  width: 2,
  take: (guest, raw, at) => guest.memory.slice(raw[at] as number, raw[at + 1] as number),
};

/** A buffer of whole structs: the station packs into it without asking. */
const structs = (layout: Layout, array: boolean): Take => ({
  width: 2,
  take: (guest, raw, at) => {
    const length = raw[at + 1] as number;
    if (array ? length % layout.size !== 0 : length < layout.size) throw new SysError('EINVAL');
    return guest.memory.slice(raw[at] as number, length);
  },
});

/** Calls that take any number of structs. */
const ARRAYS: ReadonlySet<string> = new Set(['pollfd', 'spawnAction']);

const takeOf = (kind: ArgKind): Take => {
  switch (kind) {
    case 'int':
    case 'fd':
    case 'pid':
    case 'sig':
      return SIGNED;
    case 'uint':
    case 'flags':
    case 'mode':
      return UNSIGNED;
    case 'off':
      return WIDE;
    default: {
      const name = kind.split('@')[1];
      return name === undefined ? BYTES : structs(LAYOUT[name as keyof typeof LAYOUT], ARRAYS.has(name));
    }
  }
};

const derived = (name: ChannelCall): Binder => {
  const row: Row = SYSCALLS[name];
  const takes = row.args.map(([, kind]) => takeOf(kind));
  const count = takes.length;
  const wide = row.result === 'off';
  return (guest) =>
    (...raw: Raw[]) => {
      let result: number;
      try {
        const values: Value[] = [];
        for (let i = 0, at = 0; i < count; i++) {
          const { take, width } = takes[i] as Take;
          values.push(take(guest, raw, at));
          at += width;
        }
        result = guest.client.invoke(row.nr, values);
      } catch (error) {
        result = -guest.errnoOf(error);
      }
      return wide ? BigInt(result) : result;
    };
};

/** A call of plain integers and buffers, with its failure turned into a number. */
const guarded =
  (call: (guest: Guest, ...raw: number[]) => number) =>
  (guest: Guest) =>
  (...raw: number[]): number => {
    try {
      return call(guest, ...raw);
    } catch (error) {
      return -guest.errnoOf(error);
    }
  };

const transfer =
  (method: 'read' | 'write') =>
  (guest: Guest) =>
  (fd: number, pointer: number, length: number, offset?: bigint): number => {
    try {
      const bytes = guest.memory.slice(pointer, length);
      return guest.client[method](fd, bytes, offset === undefined ? undefined : Number(offset));
    } catch (error) {
      return -guest.errnoOf(error);
    }
  };

const SPECIAL: Readonly<Partial<Record<SyscallName, Binder>>> = {
  read: transfer('read'),
  write: transfer('write'),
  pread: transfer('read'),
  pwrite: transfer('write'),
  exit: guarded((guest, status) => guest.exit(status as number)),
  execve: guarded((guest, path, pathLength, argv, argvLength, envp, envpLength, dirfd, flags) => {
    const { memory } = guest;
    return guest.execve(
      memory.slice(path as number, pathLength as number),
      memory.slice(argv as number, argvLength as number),
      memory.slice(envp as number, envpLength as number),
      dirfd,
      flags,
    );
  }),
  fork: guarded((guest) => guest.fork?.() ?? -ERRNO.ENOSYS.wasi),
  sigpoll: guarded((guest) => {
    guest.client.poll();
    return 0;
  }),
};

const binders = new Map<string, Binder>();

/** The import of a row, by its name; undefined when there is no such row. */
export const tabosImport = (name: string): Binder | undefined => {
  if (!Object.hasOwn(SYSCALLS, name)) return undefined;
  let binder = binders.get(name);
  if (binder === undefined) {
    binder = SPECIAL[name as SyscallName] ?? derived(name as ChannelCall);
    binders.set(name, binder);
  }
  return binder;
};
