// What rename(2) does to names and link counts, as effects. The file system has found that it may be done.

import { SysError } from '../../../abi/errno.ts';
import type { Directory } from './directory.ts';
import type { Effect } from './effects.ts';
import type { Inode } from './inode.ts';
import type { Volume } from './volume.ts';

export interface Move {
  readonly from: Inode;
  readonly oldName: string;
  readonly to: Inode;
  readonly newName: string;
  readonly source: Inode;
  /** What the new name leads to so far. */
  readonly target: Inode | undefined;
  readonly exchange: boolean;
}

const isDir = (inode: Inode | undefined): number => (inode?.directory === undefined ? 0 : 1);

/** ENOTDIR and EISDIR for unlike types, ENOTEMPTY. */
export const renameEffects = (move: Move, volume: Volume): Effect[] => {
  const { from, oldName, to, newName, source, target, exchange } = move;
  if (target !== undefined && !exchange) checkReplace(source, target);
  const names = to.directory as Directory;
  const cookie = names.get(newName)?.cookie ?? names.freshCookie;
  const old: Effect =
    exchange && target !== undefined
      ? { kind: 'link', dir: from.ino, name: oldName, ino: target.ino, cookie: 0 }
      : { kind: 'unlink', dir: from.ino, name: oldName };
  const effects: Effect[] = [
    old,
    { kind: 'link', dir: to.ino, name: newName, ino: source.ino, cookie },
    ...linkCounts(move),
    { kind: 'touch', ino: source.ino, modified: false },
    { kind: 'touch', ino: from.ino, modified: true },
    { kind: 'touch', ino: to.ino, modified: true },
  ];
  if (target === undefined) return effects;
  effects.push({ kind: 'touch', ino: target.ino, modified: false });
  if (exchange) return effects;
  const { ino, nlink } = target;
  effects.push(isDir(target) === 0 && nlink > 1 ? { kind: 'nlink', ino, nlink: nlink - 1 } : volume.loseName(target));
  return effects;
};

const checkReplace = (source: Inode, target: Inode): void => {
  if (target.directory === undefined) {
    if (source.directory !== undefined) throw new SysError('ENOTDIR');
    return;
  }
  if (source.directory === undefined) throw new SysError('EISDIR');
  if (target.directory.size > 0) throw new SysError('ENOTEMPTY');
};

/** Directories that come and go with their `..`. */
const linkCounts = ({ from, to, source, target, exchange }: Move): Effect[] => {
  const leaves = isDir(source) - (exchange ? isDir(target) : 0);
  const comes = isDir(source) - isDir(target);
  const across = from.ino !== to.ino;
  const count = ({ ino, nlink }: Inode, change: number): Effect[] =>
    change === 0 ? [] : [{ kind: 'nlink', ino, nlink: nlink + change }];
  if (across) return [...count(from, -leaves), ...count(to, comes)];
  return exchange ? [] : count(from, -isDir(target));
};
