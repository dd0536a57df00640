// Whether the data that a record speaks of is on the disk: it may not be, if power failed before a flush.

import type { BlockStore } from '../../storage/block-store.ts';
import { loadPiece } from './data-area.ts';
import type { Effect } from './effects.ts';
import { type Extent, endOf, pieceOf, relocate } from './extents.ts';
import type { State } from './state.ts';

/** Asked before the effect is applied to the state. */
export const isIntact = (effect: Effect, state: State, store: BlockStore): boolean => {
  const { geometry } = state;
  const check = (piece: { readonly at: number; readonly length: number; readonly sum: number }): boolean =>
    loadPiece(store, geometry, piece, new Uint8Array(piece.length));
  const areIntact = (extents: readonly Extent[]): boolean =>
    extents.every((extent) => {
      for (let chunk = extent.chunk; chunk < endOf(extent); chunk++) {
        const piece = pieceOf([extent], chunk, geometry);
        if (piece === undefined || !check(piece)) return false;
      }
      return true;
    });
  switch (effect.kind) {
    case 'extents':
      return areIntact(effect.extents);
    case 'tail': {
      const piece = pieceOf(state.inodes.get(effect.ino)?.extents ?? [], effect.chunk, geometry);
      return piece !== undefined && check({ at: piece.at, length: effect.length, sum: effect.sum });
    }
    case 'move': {
      const moves = effect.moves.toSorted((a, b) => a.from - b.from);
      for (const table of state.tables()) {
        for (const { extents } of table.values()) {
          if (!areIntact(relocate(extents, moves, geometry) ?? [])) return false;
        }
      }
      return true;
    }
    default:
      return true;
  }
};
