import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingNatively, NativeShell } from './native-shell.ts';
import { type ExecResult, NodeMachine } from './node-machine.ts';
import { type ShellCase, shellSuite } from './suites/shell.ts';

const AREAS = shellSuite();
const TIMEOUT_MS = 30_000;

const wanted = ({ code, stdout, stderr }: ShellCase): ExecResult => ({ exitCode: code, stdout, stderr });

describe('on TabOS', () => {
  let machine: NodeMachine;
  let cases = 0;
  beforeAll(async () => {
    machine = await NodeMachine.boot();
  }, TIMEOUT_MS);
  // Nothing may be left: processes, descriptors, locks, terminals.
  afterAll(() => machine.stop());

  const run = async ({ script, stdin }: ShellCase): Promise<ExecResult> => {
    const cwd = `/tmp/case-${++cases}`;
    await machine.control.mkdir(cwd, { recursive: false, mode: 0o755 });
    return await machine.exec(script, { stdin, cwd, env: { HOME: cwd }, timeout: TIMEOUT_MS - 2000 });
  };

  for (const { area, cases } of AREAS) {
    describe(area, () => {
      for (const c of cases) {
        const options = { concurrent: !c.alone, timeout: TIMEOUT_MS };
        test(c.title, options, async () => expect(await run(c)).toEqual(wanted(c)));
      }
    });
  }
});

const missing = missingNatively();

describe.skipIf(missing !== undefined)(
  `on Linux, as the control${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let shell: NativeShell;
    beforeAll(async () => {
      shell = await NativeShell.open();
    });
    afterAll(() => shell.close());

    for (const { area, cases } of AREAS) {
      describe(area, () => {
        for (const c of cases.filter(({ onlyTabos }) => onlyTabos === undefined)) {
          const options = { concurrent: true, timeout: TIMEOUT_MS };
          test(c.title, options, async () => expect(await shell.run(c)).toEqual(wanted(c)));
        }
      });
    }
  },
);
