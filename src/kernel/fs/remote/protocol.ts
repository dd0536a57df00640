// What a station that does not serve the volume says to the one that does, over a message port.
//
// client: Hello first, on every new connection, then Requests and Releases. server: Answers, in the order of requests.
//
// - A client numbers its requests. `ack` says that all before it have been answered. A request that was not answered
//   when the server went is sent again, in order, to the next server, with its number: if the old one had done it, the
//   volume knows the result (tabfs/replies.ts), and it is not done twice.
// - Hello lists what the client holds open, before anything else: the new server then keeps it alive.
// - At most WINDOW numbers are in flight, which bounds what the volume has to remember.

import type { Errno } from '../../../abi/errno.ts';
import type {
  AttributeChange,
  Attributes,
  CheckStep,
  Entry,
  FileSystemStatus,
  Ino,
  NewInode,
  SnapshotChange,
  SnapshotInfo,
} from '../../vfs/filesystem.ts';
import type { Subtree } from '../tabfs/volume.ts';

/** A message port, structurally. Messages arrive in order. */
export interface Endpoint {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onmessage: ((message: unknown) => void) | null;
}

export const WINDOW = 64;

/** Attributes of some inodes, ATTRIBUTES.length numbers each: much cheaper to post than objects. */
export type Packed = Float64Array;

const ATTRIBUTES = [
  'ino',
  'mode',
  'nlink',
  'uid',
  'gid',
  'rdev',
  'size',
  'blocks',
  'atimeSec',
  'atimeNsec',
  'mtimeSec',
  'mtimeNsec',
  'ctimeSec',
  'ctimeNsec',
  'birthSec',
  'birthNsec',
] as const satisfies readonly (keyof Attributes)[];

export const packAttributes = (list: readonly Attributes[]): Packed => {
  const packed = new Float64Array(list.length * ATTRIBUTES.length);
  let at = 0;
  for (const attributes of list) for (const field of ATTRIBUTES) packed[at++] = attributes[field];
  return packed;
};

export const unpackAttributes = (packed: Packed): Attributes[] => {
  const list: Attributes[] = [];
  for (let at = 0; at < packed.length; at += ATTRIBUTES.length) {
    const fields = ATTRIBUTES.map((field, i) => [field, packed[at + i]]);
    list.push(Object.fromEntries(fields) as unknown as Attributes);
  }
  return list;
};

/** The operations of FileSystem, as they travel. */
export interface Calls {
  walk(dir: Ino, names: readonly string[], open: boolean): readonly [passed: Packed, opened: Ino | undefined];
  getattr(ino: Ino): Packed;
  setattr(ino: Ino, change: AttributeChange): Packed;
  parentOf(dir: Ino): Packed;
  namesTo(dir: Ino): readonly string[];
  create(
    dir: Ino,
    name: string,
    what: NewInode,
    options: { readonly exclusive: boolean; readonly open: boolean },
  ): readonly [attributes: Packed, created: boolean];
  link(ino: Ino, dir: Ino, name: string): void;
  unlink(dir: Ino, name: string): void;
  rmdir(dir: Ino, name: string): void;
  rename(oldDir: Ino, oldName: string, newDir: Ino, newName: string, flags: number): void;
  readlink(ino: Ino): string;
  read(ino: Ino, offset: number, length: number): Uint8Array<ArrayBuffer>;
  write(ino: Ino, offset: number | 'append', bytes: Uint8Array): number;
  allocate(ino: Ino, offset: number, length: number, mode: number): void;
  share(source: Ino, from: number, ino: Ino, to: number, length: number): number;
  clone(source: Ino, ino: Ino): void;
  seek(ino: Ino, offset: number, whence: number): number;
  readdir(dir: Ino, cookie: number, max: number): readonly Entry[];
  open(ino: Ino): void;
  sync(): void;
  statfs(): FileSystemStatus;
  snapshots(): readonly SnapshotInfo[];
  changeSnapshots(change: SnapshotChange, name: string): void;
  check(step: number): CheckStep;
}
export type Call = keyof Calls;
export type Args<C extends Call> = Parameters<Calls[C]>;
export type Result<C extends Call> = ReturnType<Calls[C]>;

export interface Hello {
  readonly type: 'hello';
  /** A random number: no two clients that ever were have the same. */
  readonly client: number;
  readonly opens: readonly (readonly [ino: Ino, count: number])[];
}

export interface Request<C extends Call = Call> {
  readonly type: 'request';
  readonly seq: number;
  readonly ack: number;
  readonly subtree: Subtree;
  readonly call: C;
  readonly args: Args<C>;
}

/** Undoes one `open`; has no number and no answer. */
export interface Release {
  readonly type: 'release';
  readonly ino: Ino;
}

export type ToServer = Hello | Request | Release;

export type ToClient =
  | readonly [seq: number, value: unknown]
  | readonly [seq: number, errno: Errno, detail: string | undefined];
