// Units of the data store that more than one file (or snapshot of one) speaks of: how many more. A unit that is not here
// has one owner, so that a volume without clones and snapshots keeps nothing.
//
// Rows of units with equal counts are kept in order, in buckets by their place, so that a change looks at few of them.
// A row never crosses the border of a bucket.

import type { Move, Run } from './extents.ts';

interface Row {
  at: number;
  end: number;
  /** Owners but one; > 0. */
  more: number;
}

const BUCKET = 1 << 12;

export class SharedUnits {
  private readonly buckets = new Map<number, Row[]>();

  get empty(): boolean {
    return this.buckets.size === 0;
  }

  /** One more owner of these units. */
  share(run: Run): void {
    this.change(run, (more) => more + 1);
  }

  /** One owner fewer. Gives the units that had only that one. */
  release(run: Run): Run[] {
    if (this.buckets.size === 0) return [run];
    const freed: Run[] = [];
    this.change(run, (more, at, end) => {
      if (more > 0) return more - 1;
      const last = freed.at(-1);
      if (last !== undefined && last.at + last.units === at)
        freed[freed.length - 1] = { at: last.at, units: end - last.at };
      else freed.push({ at, units: end - at });
      return 0;
    });
    return freed;
  }

  /** The owners of some units now own others. */
  move({ from, to, units }: Move): void {
    const rows: { at: number; units: number; more: number }[] = [];
    this.change({ at: from, units }, (more, at, end) => {
      rows.push({ at: at - from + to, units: end - at, more });
      return 0;
    });
    for (const { at, units: length, more } of rows) {
      for (let i = 0; i < more; i++) this.share({ at, units: length });
    }
  }

  /** How many owners more than one a unit has. */
  of(unit: number): number {
    const rows = this.buckets.get(Math.floor(unit / BUCKET)) ?? [];
    return rows.find(({ at, end }) => at <= unit && unit < end)?.more ?? 0;
  }

  /** Replace the counts of all units of a run, part by part. */
  private change({ at, units }: Run, next: (more: number, at: number, end: number) => number): void {
    const end = at + units;
    for (let from = at; from < end; ) {
      const index = Math.floor(from / BUCKET);
      const to = Math.min(end, (index + 1) * BUCKET);
      const rows = changeRows(this.buckets.get(index) ?? [], from, to, next);
      if (rows.length > 0) this.buckets.set(index, rows);
      else this.buckets.delete(index);
      from = to;
    }
  }
}

const changeRows = (
  rows: readonly Row[],
  from: number,
  to: number,
  next: (more: number, at: number, end: number) => number,
): Row[] => {
  const changed: Row[] = [];
  const add = (at: number, end: number, more: number): void => {
    if (at >= end || more === 0) return;
    const last = changed.at(-1);
    if (last !== undefined && last.end === at && last.more === more) last.end = end;
    else changed.push({ at, end, more });
  };
  let done = from;
  const fill = (until: number): void => {
    if (done < until) add(done, until, next(0, done, until));
    done = Math.max(done, until);
  };
  for (const { at, end, more } of rows) {
    add(at, Math.min(end, from), more);
    if (at >= to) {
      fill(to);
    } else if (end > from) {
      fill(Math.max(at, from));
      const last = Math.min(end, to);
      add(done, last, next(more, done, last));
      done = last;
    }
    add(Math.max(at, to), end, more);
  }
  fill(to);
  return changed;
};

/**
 * Who uses what, from all runs there are: the rows in use, without overlap and in order, and each part of a row that
 * has more than one owner with the number of the others.
 */
export const occupancy = (runs: readonly Run[]): { readonly used: readonly Run[]; readonly shared: SharedUnits } => {
  const starts = new Float64Array(runs.length);
  const ends = new Float64Array(runs.length);
  for (const [i, { at, units }] of runs.entries()) {
    starts[i] = at;
    ends[i] = at + units;
  }
  starts.sort();
  ends.sort();
  const used: Run[] = [];
  const shared = new SharedUnits();
  let owners = 0;
  let rowStart = 0;
  let previous = 0;
  for (let i = 0, j = 0; j < ends.length; ) {
    const start = starts[i] ?? Number.POSITIVE_INFINITY;
    const end = ends[j] as number;
    const at = Math.min(start, end);
    for (let more = 1; more < owners && at > previous; more++) shared.share({ at: previous, units: at - previous });
    previous = at;
    if (start <= end) {
      if (owners === 0) rowStart = at;
      owners++;
      i++;
    } else {
      owners--;
      j++;
      if (owners === 0) used.push({ at: rowStart, units: at - rowStart });
    }
  }
  return { used, shared };
};
