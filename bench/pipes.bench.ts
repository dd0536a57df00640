/** How fast bytes go from one program to the next. */
import type { Bench } from './bench.ts';
import { BenchMachine } from './machine.ts';
import { measureScripts, megabytesPerSecond, type Script } from './script-rows.ts';

const BYTES = 100_000_000;

const SCRIPTS: readonly Script[] = [
  {
    name: `\`head -c ${BYTES} /dev/zero | wc -c\``,
    unit: 'MB/s',
    script: `head -c ${BYTES} /dev/zero | wc -c`,
    value: megabytesPerSecond(BYTES),
    goal: 300,
    moreIsBetter: true,
  },
  {
    name: 'the same through `cat` and `cat`',
    unit: 'MB/s',
    script: `head -c ${BYTES} /dev/zero | cat | cat | wc -c`,
    value: megabytesPerSecond(BYTES),
    moreIsBetter: true,
  },
];

export const bench: Bench = ({ url, withBrowser }) =>
  withBrowser(async (browser) => measureScripts(await BenchMachine.boot(browser, url, 'disk'), SCRIPTS));
