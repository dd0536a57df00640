// Compaction: the chunks that lie last in the data store are moved to free places before them, so that its end can be cut
// off. A step moves a bounded amount; its record says where from and where to, and holds for whoever owns the chunks:
// files, clones, snapshots. The old places are free once that record is durable.

import type { DataArea } from './data-area.ts';
import { endOf, type Piece, pieceOf, runOf } from './extents.ts';
import type { Volume } from './volume.ts';

/** Bytes and chunks that one step moves at most. */
const STEP = 16 << 20;
const CHUNKS = 2048;

/** The last chunks of the store, the very last first. Of those that share a place, the longest. */
const lastPieces = ({ state }: Volume, data: DataArea): Piece[] => {
  const { geometry } = state;
  const from = data.end - STEP / geometry.unit;
  const pieces = new Map<number, Piece>();
  for (const table of state.tables()) {
    for (const { extents } of table.values()) {
      for (const extent of extents) {
        const { at, units } = runOf(extent, geometry);
        if (at + units <= from) continue;
        for (let chunk = extent.chunk; chunk < endOf(extent); chunk++) {
          const piece = pieceOf([extent], chunk, geometry);
          if (piece === undefined || piece.at < from) continue;
          if (piece.length > (pieces.get(piece.at)?.length ?? 0)) pieces.set(piece.at, piece);
        }
      }
    }
  }
  return [...pieces.values()].sort((a, b) => b.at - a.at).slice(0, CHUNKS);
};

/** Gives how many chunks have been moved. ENOSPC, EIO; then nothing has changed. */
export const compact = (volume: Volume, data: DataArea): number => {
  const { inodes } = volume.state;
  // What growing files hold behind their last chunk would be in the way.
  for (const ino of inodes.capacities.keys()) {
    const inode = inodes.get(ino);
    if (inode !== undefined) volume.contents.settle(inode);
  }
  const moves = data.copyDown(lastPieces(volume, data));
  if (moves.length === 0) return 0;
  try {
    volume.commit([{ kind: 'move', moves }]);
  } catch (error) {
    for (const move of moves) data.giveBack(move);
    throw error;
  }
  for (const move of moves) data.moved(move);
  return moves.length;
};
