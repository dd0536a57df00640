/** Where figures come from, in one line: they mean nothing without it. */
import { cpus, loadavg, totalmem } from 'node:os';

/** @param browser name and version */
export function describeMachine(browser: string): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const [load = 0] = loadavg();
  return `${browser}, ${cores.length} × ${model}, ${gigabytes} GiB, load ${load.toFixed(1)} at the start`;
}
