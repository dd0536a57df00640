// How the arguments of a row lie in the channel: one plan a call, derived from the table once.

import { type ArgKind, type Row, SYSCALL_BY_NR, SYSCALLS, type SyscallName } from '../abi/syscalls.ts';

/** What the codec does with an argument. `struct` is an out buffer of a layout, which comes back whole. */
export type Slot = 'number' | 'path' | 'strs' | 'in' | 'out' | 'struct' | 'inout';

export interface Plan {
  readonly name: SyscallName;
  readonly nr: number;
  readonly slots: readonly Slot[];
  /** The result counts the bytes of the out buffer that are valid. */
  readonly counted: boolean;
}

const slotOf = (kind: ArgKind): Slot => {
  if (kind === 'path' || kind === 'strs') return kind;
  if (kind.startsWith('out@')) return 'struct';
  const buffer = /^(inout|in|out)(@|$)/.exec(kind);
  return buffer ? (buffer[1] as 'in' | 'out' | 'inout') : 'number';
};

const planOf = (name: SyscallName): Plan => {
  const row: Row = SYSCALLS[name];
  const slots = row.args.map(([, kind]) => slotOf(kind));
  return { name, nr: row.nr, slots, counted: row.result === 'count' };
};

export const PLAN_BY_NR: readonly (Plan | undefined)[] = SYSCALL_BY_NR.map((name) =>
  name === undefined ? undefined : planOf(name),
);

/** Buffers lie at multiples of this in the window. */
const ALIGN = 8;
export const align = (offset: number): number => (offset + ALIGN - 1) & ~(ALIGN - 1);
