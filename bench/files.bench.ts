/** Files on the persistent volume (OPFS): large ones in 64 KiB steps, and many small ones. */
import type { Bench } from './bench.ts';
import { BenchMachine } from './machine.ts';
import { each, measureScripts, megabytesPerSecond, type Script } from './script-rows.ts';

const BLOCKS = 1600;
const BYTES = BLOCKS * 65536;
const SMALL_FILES = 1000;

const WRITE = `dd if=/dev/zero of=big bs=64k count=${BLOCKS}`;

/** Per second, where it took so many milliseconds each. */
const perSecond = (count: number) => (ms: number) => 1000 / each(count)(ms);

const SCRIPTS: readonly Script[] = [
  {
    name: 'writing a file in steps of 64 KiB, with fsync',
    unit: 'MB/s',
    prepare: 'rm -f big',
    script: `${WRITE} conv=fsync 2> /dev/null`,
    value: megabytesPerSecond(BYTES),
    moreIsBetter: true,
  },
  {
    name: 'reading it in steps of 64 KiB',
    unit: 'MB/s',
    prepare: `[ -e big ] || ${WRITE} 2> /dev/null`,
    script: 'dd if=big of=/dev/null bs=64k 2> /dev/null',
    value: megabytesPerSecond(BYTES),
    moreIsBetter: true,
  },
  {
    name: 'making small files',
    unit: 'files/s',
    prepare: 'rm -rf small',
    script: `mkdir small; i=0; while [ $i -lt ${SMALL_FILES} ]; do echo $i > small/$i; i=$((i + 1)); done`,
    value: perSecond(SMALL_FILES),
    moreIsBetter: true,
  },
];

export const bench: Bench = ({ url, withBrowser }) =>
  withBrowser(async (browser) => measureScripts(await BenchMachine.boot(browser, url, 'disk'), SCRIPTS));
