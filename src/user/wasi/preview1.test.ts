import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileC } from '../../testing/compile-c.ts';
import type { NodeMachine } from '../../testing/node-machine.ts';
import { bootPrograms } from '../../testing/program-machine.ts';
import { PREVIEW1_CALLS } from './preview1.ts';

const TESTDATA = path.join(import.meta.dirname, '../testdata');
const HOME = '/home/user';

/** As in testdata/preview1.c. */
const CASES = `preopens paths bad_pointers links renames reading_and_writing large_transfers flags rights directories
  reading_directories times renumber clocks polling others`.split(/\s+/);

/** The functions of preview1, from its specification. */
const FUNCTIONS = `args_get args_sizes_get clock_res_get clock_time_get environ_get environ_sizes_get fd_advise
  fd_allocate fd_close fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get
  fd_filestat_set_size fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get fd_pwrite fd_read fd_readdir
  fd_renumber fd_seek fd_sync fd_tell fd_write path_create_directory path_filestat_get path_filestat_set_times path_link
  path_open path_readlink path_remove_directory path_rename path_symlink path_unlink_file poll_oneoff proc_exit
  proc_raise random_get sched_yield sock_accept sock_recv sock_send sock_shutdown`.split(/\s+/);

describe('wasi_snapshot_preview1', () => {
  it('has every function', () => {
    expect(Object.keys(PREVIEW1_CALLS).sort()).toEqual(FUNCTIONS);
  });

  let machine: NodeMachine;
  beforeAll(async () => {
    const [preview1, files, filesWithChdir] = await Promise.all([
      compileC(path.join(TESTDATA, 'preview1.c')),
      compileC(path.join(TESTDATA, 'files.c')),
      compileC(path.join(TESTDATA, 'files.c'), { flags: ['-DWITH_CHDIR'] }),
    ]);
    machine = await bootPrograms(
      {
        '/bin/preview1': preview1,
        '/bin/files': files,
        '/bin/files-cd': filesWithChdir,
        '/etc/text': 'root',
        '/home/user/etc.txt': 'x',
      },
      [
        '/etc',
        '/home/user/sub',
        '/home/user/local',
        '/home/user/preopens',
        '/home/user/preopens/sub',
        ...CASES.slice(1).map((name) => `${HOME}/${name}`),
      ],
    );
  }, 120_000);
  afterAll(async () => {
    await machine.stop();
  });

  it('has a case for each name', async () => {
    expect((await machine.run(['/bin/preview1', 'list'])).stdout.trim().split('\n')).toEqual(CASES);
  });

  it.each(CASES)('%s', async (name) => {
    const env = { NAME: 'va=lue', EMPTY: '' };
    expect(await machine.run(['/bin/preview1', name, 'no-directory', 'sub'], { cwd: `${HOME}/${name}`, env })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  describe.each(['/bin/files', '/bin/files-cd'])('paths of an unmodified program (%s)', (program) => {
    const run = async (cwd: string, ...args: string[]): Promise<string> =>
      (await machine.run([program, ...args], { cwd })).stdout;

    it('are absolute or relative to the working directory', async () => {
      expect(await run(`${HOME}/sub`, '+a', 'a', './a', '../sub/a', `${HOME}/sub/a`, '/etc/text', '../etc.txt')).toBe(
        `+a: written
a: +a
./a: +a
../sub/a: +a
/home/user/sub/a: +a
/etc/text: root
../etc.txt: x
`,
      );
    });

    it('may lie in a directory that is an argument', async () => {
      const at = `${HOME}/sub`;
      expect(await run(HOME, 'sub', at, '+sub/one', `+${at}/two`, 'sub/two', `${at}/one`, './sub/one')).toBe(
        `sub: \n${at}: \n+sub/one: written\n+${at}/two: written\nsub/two: +${at}/two\n${at}/one: +sub/one\n./sub/one: +sub/one\n`,
      );
    });

    it('fail by name', async () => {
      expect(await run(HOME, 'nowhere', 'no/where', '/no/where', '/nowhere')).toBe(
        ['nowhere', 'no/where', '/no/where', '/nowhere'].map((name) => `${name}: No such file or directory\n`).join(''),
      );
    });

    it('may be written anywhere', async () => {
      expect(await run(`${HOME}/local`, '+/tmp/out', '/tmp/out', '+/home/user/local/x', 'x', '+/etc/no')).toBe(
        `+/tmp/out: written
/tmp/out: +/tmp/out
+/home/user/local/x: written
x: +/home/user/local/x
+/etc/no: Permission denied
`,
      );
    });
  });
});
