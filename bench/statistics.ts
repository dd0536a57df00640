/** Order statistics: on a machine that others use too, means say little. */

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

/** By linear interpolation between the two nearest ranks. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(rank)];
  const above = sorted[Math.ceil(rank)];
  if (below === undefined || above === undefined) throw new Error('a percentile of nothing');
  return below + (above - below) * (rank - Math.floor(rank));
}

/**
 * A percentile of samples that a clock has rounded to multiples of `step`: each stands for an interval around it, in
 * which its samples are spread evenly. Without that, the result could only be a multiple of the step itself.
 */
export function roundedPercentile(samples: readonly number[], percent: number, step: number): number {
  const counts = new Map<number, number>();
  for (const sample of samples) {
    const bin = Math.round(sample / step);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  let left = (samples.length * percent) / 100;
  for (const [bin, count] of [...counts].sort(([a], [b]) => a - b)) {
    if (left <= count) return Math.max(0, (bin - 0.5 + left / count) * step);
    left -= count;
  }
  throw new Error('a percentile of nothing');
}
