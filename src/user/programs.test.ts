import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGNAL } from '../abi/signals.ts';
import { type CompileOptions, compileC } from '../testing/compile-c.ts';
import type { NodeMachine } from '../testing/node-machine.ts';
import { bootPrograms, type Files } from '../testing/program-machine.ts';

const TESTDATA = path.join(import.meta.dirname, 'testdata');

const PROGRAMS: Readonly<Record<string, CompileOptions>> = {
  'args.c': {},
  'fork.c': { fork: true },
  'signals.c': {},
  'native.c': {},
  'traps.c': {},
  'unknown.c': { flags: ['-Wl,--allow-undefined'] },
  'unwinding.cc': { flags: ['-nostdlib', '-fwasm-exceptions', '-Wl,--no-entry'] },
  'vfork.c': {},
};

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

const programs = async (): Promise<Files> => {
  const files: Record<string, Uint8Array> = {
    '/bin/nothing': Uint8Array.of(...HEADER),
    // (memory (export "memory") 1)
    '/bin/library': Uint8Array.of(...HEADER, 5, 3, 1, 0, 1, 7, 10, 1, 6, 109, 101, 109, 111, 114, 121, 2, 0),
  };
  for (const [source, options] of Object.entries(PROGRAMS)) {
    files[`/bin/${path.parse(source).name}`] = await compileC(path.join(TESTDATA, source), options);
  }
  return files;
};

describe('programs', () => {
  let machine: NodeMachine;
  beforeAll(async () => {
    machine = await bootPrograms(await programs());
  }, 120_000);
  afterAll(async () => {
    await machine.stop();
  });

  it('fork with their stack, heap and globals', async () => {
    const { stdout, exitCode } = await machine.run(['/bin/fork', 'me']);
    expect(stdout).toBe(
      'grandchild 2 child\nchild 2 child, grandchild 7\nparent 1 parent, child 5, pid positive\nsum 45 of me\n',
    );
    expect(exitCode).toBe(0);
  });

  it('run handlers of signals after calls, nested, and out of them by longjmp', async () => {
    expect((await machine.run(['/bin/signals'])).stdout).toBe(
      `handler 10 at depth 0
handler 12 at depth 1
kill gives 0
handler 15 at depth 0
out of the handler
handler 12 at depth 0
done
`,
    );
  });

  it('get numbers, buffers and errors of calls as the table says', async () => {
    const { stdout, exitCode } = await machine.run(['/bin/native'], { stdin: '0123456789' });
    expect(stdout).toBe(
      `bad descriptor -8
bad pointer -21
long offset -70
bad offset -8
umask 22
setresuid -63
short struct -28
no fork -52
read 10
wrote 300000
pread 299900
byte 1
`,
    );
    expect(exitCode).toBe(300 & 0xff);
  });

  it('vfork: execve and exit return to the parent', async () => {
    expect(await machine.run(['/bin/vfork'])).toEqual({
      exitCode: 2,
      stderr: '',
      stdout: `the calls are the child's: 1
failed execve -44
args one two
A=1
execve gives the child: 1
status 300
exit gives the child: 1
status 300
args last
`,
    });
  });

  it('end without running destructors', async () => {
    expect(await machine.run(['/bin/unwinding'])).toEqual({ exitCode: 4, stdout: '', stderr: '' });
  });

  it.each([
    ['unreachable', SIGNAL.SIGILL],
    ['bounds', SIGNAL.SIGSEGV],
    ['divide', SIGNAL.SIGFPE],
    ['stack', SIGNAL.SIGSEGV],
    ['spiral', SIGNAL.SIGSEGV],
    ['table', SIGNAL.SIGSEGV],
    ['type', SIGNAL.SIGSEGV],
    ['raise', SIGNAL.SIGTERM],
  ])('die of a signal: %s', async (how, signal) => {
    expect((await machine.run(['/bin/traps', how])).exitCode).toBe(128 + signal);
  });

  it.each([
    ['unknown', 'unknown import env.launch_rocket'],
    ['nothing', 'not a WASI command: it exports no memory'],
    ['library', 'not a WASI command: it exports no _start'],
  ])('that cannot run say why: %s', async (name, why) => {
    expect(await machine.run([`/bin/${name}`])).toEqual({
      exitCode: 126,
      stdout: '',
      stderr: `/bin/${name}: cannot execute: ${why}\n`,
    });
  });

  it('use a worker again and again', async () => {
    for (let i = 0; i < 20; i++) {
      expect((await machine.run(['/bin/args', `${i}`], { env: {} })).exitCode).toBe(2);
    }
  });
});
