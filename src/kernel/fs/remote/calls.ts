// Carrying out the requests of a client on a volume: one row a call. Rows of `CHANGES` are done once, however often they
// are asked for: when the volume knows the request, the answer is made from the value that it has kept.

import { SysError } from '../../../abi/errno.ts';
import type { Attributes, Ino } from '../../vfs/filesystem.ts';
import type { TabFs } from '../tabfs/tabfs.ts';
import type { Volume } from '../tabfs/volume.ts';
import { type Args, type Call, type Packed, packAttributes, type Request, type Result } from './protocol.ts';

export interface Serving {
  readonly volume: Volume;
  readonly fs: TabFs;
  /** Count an opening for the client. */
  readonly opened: (ino: Ino) => void;
}

type Reader<C extends Call> = (serving: Serving, ...args: Args<C>) => Result<C>;

interface Change<C extends Call> {
  act(serving: Serving, ...args: Args<C>): Result<C>;
  /** The answer to a request that was carried out before, with this value. */
  repeat(serving: Serving, value: number, ...args: Args<C>): Result<C>;
}

const pack = (attributes: Attributes): Packed => packAttributes([attributes]);

const READERS = {
  walk({ fs, opened }, dir, names, open) {
    const walk = fs.walk(dir, names, open);
    if (walk.opened !== undefined) opened(walk.opened);
    return [packAttributes(walk.passed), walk.opened];
  },
  getattr: ({ fs }, ino) => pack(fs.getattr(ino)),
  parentOf: ({ fs }, dir) => pack(fs.parentOf(dir)),
  namesTo: ({ fs }, dir) => fs.namesTo(dir),
  readlink: ({ fs }, ino) => fs.readlink(ino),
  read({ fs }, ino, offset, length) {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, fs.read(ino, offset, bytes));
  },
  seek: ({ fs }, ino, offset, whence) => fs.seek(ino, offset, whence),
  readdir: ({ fs }, dir, cookie, max) => fs.readdir(dir, cookie, max),
  open({ fs, opened }, ino) {
    fs.open(ino);
    opened(ino);
  },
  sync: ({ fs }) => fs.sync(),
  statfs: ({ fs }) => fs.statfs(),
  snapshots: ({ fs }) => fs.snapshots(),
  check: ({ fs }, step) => fs.check(step),
} satisfies { readonly [C in Call]?: Reader<C> };

const nothing = (): void => {};

const CHANGES = {
  setattr: {
    act: ({ fs }, ino, change) => pack(fs.setattr(ino, change)),
    repeat: ({ fs }, _value, ino) => pack(fs.getattr(ino)),
  } satisfies Change<'setattr'>,
  create: {
    act({ fs, opened }, dir, name, what, options) {
      const { attributes, created } = fs.create(dir, name, what, options);
      if (options.open) opened(attributes.ino);
      return [pack(attributes), created];
    },
    repeat({ fs, opened }, ino, _dir, _name, _what, options) {
      if (options.open) {
        fs.open(ino);
        opened(ino);
      }
      return [pack(fs.getattr(ino)), true];
    },
  } satisfies Change<'create'>,
  link: { act: ({ fs }, ...args) => fs.link(...args), repeat: nothing } satisfies Change<'link'>,
  unlink: { act: ({ fs }, ...args) => fs.unlink(...args), repeat: nothing } satisfies Change<'unlink'>,
  rmdir: { act: ({ fs }, ...args) => fs.rmdir(...args), repeat: nothing } satisfies Change<'rmdir'>,
  rename: { act: ({ fs }, ...args) => fs.rename(...args), repeat: nothing } satisfies Change<'rename'>,
  write: {
    act: ({ fs }, ino, offset, bytes) => fs.write(ino, offset, bytes),
    repeat: (_serving, end) => end,
  } satisfies Change<'write'>,
  allocate: { act: ({ fs }, ...args) => fs.allocate(...args), repeat: nothing } satisfies Change<'allocate'>,
  share: {
    act: ({ fs }, ...args) => fs.share(...args),
    repeat: (_serving, length) => length,
  } satisfies Change<'share'>,
  clone: { act: ({ fs }, ...args) => fs.clone(...args), repeat: nothing } satisfies Change<'clone'>,
  changeSnapshots: {
    act: ({ fs }, ...args) => fs.changeSnapshots(...args),
    repeat: nothing,
  } satisfies Change<'changeSnapshots'>,
};

type AnyReader = (serving: Serving, ...args: readonly unknown[]) => unknown;
interface AnyChange {
  act: AnyReader;
  repeat(serving: Serving, value: number, ...args: readonly unknown[]): unknown;
}
/** That every call of the protocol is in one of the tables is checked here. */
const readers: Readonly<Record<Exclude<Call, keyof typeof CHANGES>, unknown>> = READERS;
const changes: Readonly<Record<Exclude<Call, keyof typeof READERS>, unknown>> = CHANGES;

/** Carry out a request, once. Throws SysError. */
export const perform = (serving: Serving, client: number, request: Request): unknown => {
  const { call, seq, ack, args } = request;
  const reader = (readers as Readonly<Record<string, AnyReader>>)[call];
  if (reader !== undefined) return reader(serving, ...args);
  const change = (changes as Readonly<Record<string, AnyChange>>)[call];
  if (change === undefined) throw new SysError('ENOSYS', call);
  let result: unknown;
  const known = serving.volume.answering({ client, seq, ack }, () => {
    result = change.act(serving, ...args);
  });
  return known === undefined ? result : change.repeat(serving, known, ...args);
};
