#!/usr/bin/env node
// Compares our terminal with this machine's, which must be Linux, on the cases of cases.ts and on random scenarios:
//
//   node src/testing/suites/tty/fuzz.mjs [--from SEED] [--count N]      report what differs
//   node src/testing/suites/tty/fuzz.mjs --write FILE [...]             also keep what Linux did, as test data
//
// A difference is recorded again with more patience before it counts (see record.py).

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const load = async (name) => (await runnerImport(here(name), { configFile: false, logLevel: 'error' })).module;
const { randomScenario } = await load('random.ts');
const { CASES, expected, observed, scenarioOf } = await load('cases.ts');
const { replay } = await load('replay.ts');
const { parseRecorded } = await load('scenario.ts');

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    write: { type: 'string' },
  },
});

const record = (scenarios, settleMicroseconds) => {
  const input = scenarios.map((scenario) => `${JSON.stringify(scenario)}\n`).join('');
  const { status, stdout, stderr } = spawnSync('python3', [here('record.py'), String(settleMicroseconds)], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`record.py failed: ${stderr}`);
  return parseRecorded(stdout);
};

const matches = (recorded) => isDeepStrictEqual(replay(recorded), recorded.outcomes);

/** Long strings cut, so that a difference can be read. */
const brief = (value) => JSON.stringify(value).replace(/(.{150}).*(.{150})/, '$1 ... $2');

const report = (seed, { termios, steps, outcomes }) => {
  const ours = replay({ termios, steps });
  const at = ours.findIndex((outcome, n) => !isDeepStrictEqual(outcome, outcomes[n]));
  console.log(`seed ${seed}, step ${at}:\n  ${brief(termios)}`);
  for (const step of steps.slice(0, at + 1)) console.log(`  ${brief(step)}`);
  console.log(`  linux ${brief(outcomes[at])}\n  ours  ${brief(ours[at])}`);
};

const cases = Object.entries(CASES).flatMap(([group, rows]) =>
  Object.entries(rows).map(([name, row]) => ({ name: `${group}: ${name}`, row })),
);
let differences = 0;
for (const [i, { outcomes }] of record(
  cases.map(({ row }) => scenarioOf(row)),
  1000,
).entries()) {
  const { name, row } = cases[i];
  if (isDeepStrictEqual(observed(row, outcomes), expected(row))) continue;
  differences++;
  console.log(`${name}: linux ${JSON.stringify(observed(row, outcomes))}, expected ${JSON.stringify(expected(row))}`);
}

const first = Number(values.from);
const seeds = Array.from({ length: Number(values.count) }, (_, i) => first + i);
const recorded = record(seeds.map(randomScenario), 400);
for (const [i, seed] of seeds.entries()) {
  if (matches(recorded[i])) continue;
  [recorded[i]] = record([randomScenario(seed)], 5000);
  if (matches(recorded[i])) continue;
  differences++;
  report(seed, recorded[i]);
}
if (values.write !== undefined) {
  writeFileSync(values.write, recorded.map((scenario) => `${JSON.stringify(scenario)}\n`).join(''));
}
console.log(`${cases.length} cases and ${seeds.length} scenarios: ${differences} differ`);
process.exitCode = differences === 0 ? 0 : 1;
