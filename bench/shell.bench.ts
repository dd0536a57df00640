/** What shell scripts spend their time on: starting programs, forking, evaluating. */
import type { Bench } from './bench.ts';
import { BenchMachine } from './machine.ts';
import { each, measureScripts, type Script } from './script-rows.ts';

const repeat = (count: number, command: string): string =>
  `i=0; while [ $i -lt ${count} ]; do ${command}; i=$((i + 1)); done`;

const SCRIPTS: readonly Script[] = [
  {
    name: '`/bin/true` in a loop, each',
    unit: 'ms',
    script: repeat(200, '/bin/true'),
    value: each(200),
    goal: 8,
  },
  { name: 'fork, exit and wait, each', unit: 'ms', script: repeat(200, '(:)'), value: each(200) },
  { name: '`$(echo)`, each', unit: 'ms', script: repeat(200, 'x=$(echo $i)'), value: each(200) },
  {
    name: 'a pipeline of three programs, each',
    unit: 'ms',
    script: repeat(50, 'echo $i | cat | tr 0-9 a-j | wc -c > /dev/null'),
    value: each(50),
  },
  {
    name: 'a loop of builtins, 500,000 rounds',
    unit: 'ms',
    script: repeat(500_000, ':'),
    value: each(1),
    ratioGoal: 5,
  },
];

export const bench: Bench = ({ url, withBrowser }) =>
  withBrowser(async (browser) => measureScripts(await BenchMachine.boot(browser, url, 'disk'), SCRIPTS));
