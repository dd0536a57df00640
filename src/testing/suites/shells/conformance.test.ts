// What the shells of TabOS make of other shells' test suites, beside what the same shells make of them on this computer.
// A case counts when the native shell passes it. expectations.json names those that fail here all the same, each with
// its reason; one of them that passes fails the test as well.
//
// TABOS_CONFORMANCE_SHARD=I/N says which part runs: 0/1 is everything and takes some minutes.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SIGNAL } from '../../../abi/signals.ts';
import { NodeMachine } from '../../node-machine.ts';
import {
  casesFor,
  hasCases,
  loadRunner,
  nativeExecutor,
  runCases,
  SHELLS,
  type ShellName,
  tabosExecutor,
} from './cases.ts';

const SHARD = process.env['TABOS_CONFORMANCE_SHARD'] ?? '0/40';
const TIMEOUT_MS = 30 * 60_000;

/** Shell -> id of a case -> why it fails here. */
const EXPECTED = JSON.parse(readFileSync(path.join(import.meta.dirname, 'expectations.json'), 'utf8')) as Readonly<
  Record<ShellName, Readonly<Record<string, string>>>
>;

const isInstalled = (shell: ShellName): boolean => spawnSync(shell, ['-c', ':']).status === 0;

describe.skipIf(!hasCases)(
  hasCases ? 'cases of other shells' : 'cases of other shells (the folder is not there)',
  () => {
    let machine: NodeMachine;
    beforeAll(async () => {
      machine = await NodeMachine.boot();
    }, 60_000);
    afterAll(async () => {
      // What a case of somebody else leaves running, or has just begun, is no fault of the system's.
      const { table } = machine.kernel;
      for (let quiet = 0; quiet < 10; quiet++) {
        if (machine.station.tasks.size > 0) quiet = 0;
        for (const process of table.all) if (process !== table.init) table.deliver(process, SIGNAL.SIGKILL, 0);
        await new Promise((resolve) => void setTimeout(resolve, 50));
      }
      await machine.stop();
    });

    for (const shell of SHELLS) {
      test.skipIf(!isInstalled(shell))(`${shell}, part ${SHARD}`, { timeout: TIMEOUT_MS }, async () => {
        const runner = await loadRunner();
        const cases = casesFor(runner, shell, SHARD);
        const native = await runCases(runner, cases, nativeExecutor(runner, shell));
        const counted = new Set(native.filter(({ pass }) => pass).map(({ id }) => id));
        const ours = await runCases(
          runner,
          cases.filter(({ id }) => counted.has(id)),
          tabosExecutor(runner, shell, machine),
        );
        const failed = ours.filter(({ pass }) => !pass);
        console.info(`${shell}: ${ours.length - failed.length} of the ${ours.length} that it passes on this computer`);
        const unexpected = failed.filter(({ id }) => EXPECTED[shell][id] === undefined);
        expect(unexpected.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
        const passing = ours.filter(({ id, pass }) => pass && EXPECTED[shell][id] !== undefined);
        expect(passing.map(({ id }) => `${id} passes now`)).toEqual([]);
      });
    }
  },
);
