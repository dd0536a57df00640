/** Measurements as rows of a Markdown table. */
import type { Measurement } from './bench.ts';
import { median } from './statistics.ts';

const COLUMNS = ['benchmark', 'median', 'min to max', 'goal', 'control', 'ratio'] as const;

export function formatHead(): string {
  return `| ${COLUMNS.join(' | ')} |\n|---|${'---:|'.repeat(COLUMNS.length - 1)}`;
}

export function formatRow(measurement: Measurement, withGoal: boolean): string {
  const { name, unit, samples, control } = measurement;
  const middle = median(samples);
  const cells = [
    name.replaceAll('|', '\\|'),
    `${formatNumber(middle)} ${unit}`,
    `${formatNumber(Math.min(...samples))} to ${formatNumber(Math.max(...samples))}`,
    withGoal ? formatGoal(measurement) : '',
    control ? `${formatNumber(median(control))} ${unit}` : '',
    control ? formatNumber(middle / median(control)) : '',
  ];
  return `| ${cells.join(' | ')} |`;
}

function formatGoal({ samples, control, goal, ratioGoal, moreIsBetter }: Measurement): string {
  const [wanted, reached, suffix] =
    control && ratioGoal !== undefined
      ? [ratioGoal, median(samples) / median(control), 'x']
      : [goal, median(samples), ''];
  if (wanted === undefined) return '';
  const met = moreIsBetter ? reached >= wanted : reached <= wanted;
  return `${moreIsBetter ? '≥' : '≤'} ${formatNumber(wanted)}${suffix}${met ? '' : ' **missed**'}`;
}

/** Three digits are what a median on a shared machine is worth. */
function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
