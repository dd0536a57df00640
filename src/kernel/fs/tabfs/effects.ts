// Effects: the smallest changes of a volume's metadata, and the only way in which it changes. What an operation does is
// a list of effects, written as one record; a checkpoint is a list of effects that builds the whole state. Applying
// them is state.ts, their bytes are in effect-codec.ts and FORMAT.md.

import type { Ino } from '../../vfs/filesystem.ts';
import type { Extent, Move } from './extents.ts';

export interface Times {
  readonly atimeSec: number;
  readonly atimeNsec: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
  readonly birthSec: number;
  readonly birthNsec: number;
}

export type Effect =
  /** The parameters of the volume; the first effect of all. Numbers from `nextIno` on were never used. */
  | { readonly kind: 'volume'; readonly chunkSize: number; readonly unit: number; readonly nextIno: Ino }
  /** The present time, for the effects that follow in the same record. */
  | { readonly kind: 'time'; readonly sec: number; readonly nsec: number }
  /** A new inode, without names and content; all its times are the present one. */
  | {
      readonly kind: 'new';
      readonly ino: Ino;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly rdev: number;
      readonly nlink: number;
    }
  /** All attributes of an inode but its size; makes it if need be. */
  | ({
      readonly kind: 'inode';
      readonly ino: Ino;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly rdev: number;
      readonly nlink: number;
    } & Times)
  /** A name leads to an inode; if that is a directory, it lies there. */
  | { readonly kind: 'link'; readonly dir: Ino; readonly name: string; readonly ino: Ino; readonly cookie: number }
  | { readonly kind: 'unlink'; readonly dir: Ino; readonly name: string }
  | { readonly kind: 'nlink'; readonly ino: Ino; readonly nlink: number }
  /** ctime, and with `modified` mtime as well, becomes the present time. */
  | { readonly kind: 'touch'; readonly ino: Ino; readonly modified: boolean }
  /** The target of a symbolic link. */
  | { readonly kind: 'target'; readonly ino: Ino; readonly target: string }
  /** The size of a file, and its whole content: these bytes, then zeros. */
  | { readonly kind: 'inline'; readonly ino: Ino; readonly size: number; readonly bytes: Uint8Array }
  /** The size of a file. What is stored stays. */
  | { readonly kind: 'size'; readonly ino: Ino; readonly size: number }
  /** The chunks [from, to) of a file are now these extents; its inline content is gone. */
  | {
      readonly kind: 'extents';
      readonly ino: Ino;
      readonly from: number;
      readonly to: number;
      readonly extents: readonly Extent[];
    }
  /** A stored chunk now stores so many bytes, at the same place. */
  | {
      readonly kind: 'tail';
      readonly ino: Ino;
      readonly chunk: number;
      readonly length: number;
      readonly sum: number;
    }
  /** The inode is gone. */
  | { readonly kind: 'free'; readonly ino: Ino }
  /** All that is in a directory is gone, with everything below. */
  | { readonly kind: 'clear'; readonly dir: Ino }
  /** The operation was asked for by a client as its request `seq`; those before `ack` have been answered. */
  | {
      readonly kind: 'reply';
      readonly client: number;
      readonly seq: number;
      readonly ack: number;
      readonly value: number;
    }
  /** The root's tree as it is now is kept as a snapshot. */
  | {
      readonly kind: 'snapshot';
      readonly id: number;
      readonly name: string;
      readonly sec: number;
      readonly nsec: number;
    }
  /** The snapshot is gone. */
  | { readonly kind: 'forget'; readonly id: number }
  /** The root's tree is again what it was when the snapshot was made; what came later is without names. */
  | { readonly kind: 'rollback'; readonly id: number }
  /** In a checkpoint: the inodes that follow in this record are as the snapshot has them, not as they are now. */
  | { readonly kind: 'within'; readonly id: number }
  /** Within a snapshot: the inode was not there. */
  | { readonly kind: 'absent'; readonly ino: Ino }
  /** Within a snapshot: the name led to this inode; 0 when it was not there. */
  | { readonly kind: 'was'; readonly dir: Ino; readonly name: string; readonly ino: Ino }
  /** Chunks now lie elsewhere, whoever holds them. */
  | { readonly kind: 'move'; readonly moves: readonly Move[] };
