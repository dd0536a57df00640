// The chunk map of a file: which part of the volume's data holds which chunk of the file.
//
// A file is cut into chunks of `chunkSize` bytes. A chunk is stored in one piece from a unit of the data store on, with
// a checksum; what it stores may be shorter than a chunk, the rest reads as zeros, as does a chunk that is not there.
// An extent is a row of chunks that lie one behind the other: all but the last are stored whole.

export interface Geometry {
  /** Bytes of a chunk; a multiple of the unit. */
  readonly chunkSize: number;
  /** Bytes of an allocation unit. */
  readonly unit: number;
}

export interface Extent {
  /** Index of its first chunk in the file. */
  readonly chunk: number;
  /** Where it lies, in units. */
  readonly at: number;
  /** CRC-32C of what each chunk stores: one a chunk. */
  readonly sums: readonly number[];
  /** Bytes that the last chunk stores, from 1 to chunkSize. */
  readonly tail: number;
}

/** Where one chunk is. */
export interface Piece {
  /** In units. */
  readonly at: number;
  readonly length: number;
  readonly sum: number;
}

/** A row of units. */
export interface Run {
  readonly at: number;
  readonly units: number;
}

/** Units whose content now lies at `to`. */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly units: number;
}

export const endOf = (extent: Extent): number => extent.chunk + extent.sums.length;

export const unitsOf = (bytes: number, { unit }: Geometry): number => Math.ceil(bytes / unit);

export const runOf = (extent: Extent, geometry: Geometry): Run => ({
  at: extent.at,
  units: unitsOf((extent.sums.length - 1) * geometry.chunkSize + extent.tail, geometry),
});

/** Index of the first extent that ends behind a chunk. */
const search = (extents: readonly Extent[], chunk: number): number => {
  let low = 0;
  let high = extents.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (endOf(extents[middle] as Extent) > chunk) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** The piece that stores a chunk; undefined for a hole. */
export const pieceOf = (extents: readonly Extent[], chunk: number, geometry: Geometry): Piece | undefined => {
  const extent = extents[search(extents, chunk)];
  if (extent === undefined || extent.chunk > chunk) return undefined;
  const index = chunk - extent.chunk;
  const last = index === extent.sums.length - 1;
  return {
    at: extent.at + (index * geometry.chunkSize) / geometry.unit,
    length: last ? extent.tail : geometry.chunkSize,
    sum: extent.sums[index] as number,
  };
};

/** The first chunk from `chunk` on that is stored; undefined when all that follow are holes. */
export const nextStored = (extents: readonly Extent[], chunk: number): number | undefined => {
  const extent = extents[search(extents, chunk)];
  return extent && Math.max(chunk, extent.chunk);
};

/** The first chunk from `chunk` on that is not stored. */
export const nextHole = (extents: readonly Extent[], chunk: number): number => {
  for (let i = search(extents, chunk); i < extents.length; i++) {
    const extent = extents[i] as Extent;
    if (extent.chunk > chunk) break;
    chunk = endOf(extent);
  }
  return chunk;
};

/** The part of an extent in [from, to), which it overlaps. */
const slice = (extent: Extent, from: number, to: number, { chunkSize, unit }: Geometry): Extent => {
  const first = Math.max(extent.chunk, from);
  const end = Math.min(endOf(extent), to);
  return {
    chunk: first,
    at: extent.at + ((first - extent.chunk) * chunkSize) / unit,
    sums: extent.sums.slice(first - extent.chunk, end - extent.chunk),
    tail: end === endOf(extent) ? extent.tail : chunkSize,
  };
};

/** The parts of a map in [from, to). */
export const rangeOf = (extents: readonly Extent[], from: number, to: number, geometry: Geometry): Extent[] =>
  extents
    .filter((extent) => extent.chunk < to && endOf(extent) > from)
    .map((extent) => slice(extent, from, to, geometry));

/** Longest extent that comes of joining two, in chunks: it bounds what an append or a split copies. */
const LONGEST = 1024;

const mergeable = (a: Extent, b: Extent, { chunkSize, unit }: Geometry): boolean =>
  a.tail === chunkSize &&
  a.sums.length + b.sums.length <= LONGEST &&
  endOf(a) === b.chunk &&
  a.at + (a.sums.length * chunkSize) / unit === b.at;

/**
 * Replace the chunks [from, to) of a map, in place, by extents that lie within. Gives the extents (or parts of them)
 * that were replaced.
 */
export const replaceExtents = (
  extents: Extent[],
  from: number,
  to: number,
  replacement: readonly Extent[],
  geometry: Geometry,
): Extent[] => {
  const first = search(extents, from);
  let end = first;
  const removed: Extent[] = [];
  const kept: Extent[] = [];
  const behind: Extent[] = [];
  for (; end < extents.length && (extents[end] as Extent).chunk < to; end++) {
    const extent = extents[end] as Extent;
    if (extent.chunk < from) kept.push(slice(extent, extent.chunk, from, geometry));
    removed.push(slice(extent, from, to, geometry));
    if (endOf(extent) > to) behind.push(slice(extent, to, endOf(extent), geometry));
  }
  // Neighbours take part, so that what lies together becomes one extent.
  const before = first > 0 ? 1 : 0;
  const after = end < extents.length ? 1 : 0;
  const row = [
    ...extents.slice(first - before, first),
    ...kept,
    ...replacement,
    ...behind,
    ...extents.slice(end, end + after),
  ];
  extents.splice(first - before, end - first + before + after, ...merge(row, geometry));
  return removed;
};

const merge = (row: readonly Extent[], geometry: Geometry): Extent[] => {
  const merged: Extent[] = [];
  for (const extent of row) {
    const last = merged.at(-1);
    if (last !== undefined && mergeable(last, extent, geometry)) {
      merged[merged.length - 1] = { ...last, sums: last.sums.concat(extent.sums), tail: extent.tail };
    } else {
      merged.push(extent);
    }
  }
  return merged;
};

/** Index of the first move, of those sorted by where they come from, that ends behind a unit. */
const searchMove = (moves: readonly Move[], unit: number): number => {
  let low = 0;
  let high = moves.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { from, units } = moves[middle] as Move;
    if (from + units > unit) high = middle;
    else low = middle + 1;
  }
  return low;
};

/**
 * A chunk map after moves, which are sorted by `from` and hold whole chunks. Undefined when none of them concerns it.
 */
export const relocate = (
  extents: readonly Extent[],
  moves: readonly Move[],
  geometry: Geometry,
): Extent[] | undefined => {
  const concerns = (extent: Extent): boolean => {
    const { at, units } = runOf(extent, geometry);
    const move = moves[searchMove(moves, at)];
    return move !== undefined && move.from < at + units;
  };
  if (!extents.some(concerns)) return undefined;
  const step = geometry.chunkSize / geometry.unit;
  return merge(
    extents.flatMap((extent) => {
      if (!concerns(extent)) return [extent];
      return extent.sums.map((_, i) => {
        const piece = slice(extent, extent.chunk + i, extent.chunk + i + 1, geometry);
        const move = moves[searchMove(moves, extent.at + i * step)];
        if (move === undefined || move.from > piece.at) return piece;
        return { ...piece, at: piece.at - move.from + move.to };
      });
    }),
    geometry,
  );
};
