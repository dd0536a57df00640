import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileC } from '../../testing/compile-c.ts';
import type { ExecOptions, ExecResult, NodeMachine } from '../../testing/node-machine.ts';
import { bootPrograms, builtinFile } from '../../testing/program-machine.ts';

const TESTDATA = path.join(import.meta.dirname, '../testdata');

describe('js', () => {
  let machine: NodeMachine;
  beforeAll(async () => {
    machine = await bootPrograms({
      '/bin/js': builtinFile('js'),
      '/bin/args': await compileC(path.join(TESTDATA, 'args.c')),
      '/bin/plain': 'no program at all\n',
      '/home/user/hello.js': '#!/bin/js\nprint("hello", sys.argv);\n',
      '/home/user/broken.js': 'let a = 1;\n\nlet b = ;\n',
      '/home/user/throws.js': '\nfunction f() {\n  throw new TypeError("bad");\n}\nf();\n',
    });
  }, 60_000);
  afterAll(async () => {
    await machine.stop();
  });

  const run = (args: readonly string[], options?: ExecOptions): Promise<ExecResult> =>
    machine.run(['/bin/js', ...args], options);
  /** What a piece of code prints; it must end well. */
  const output = async (code: string, options?: ExecOptions): Promise<string> => {
    const { exitCode, stdout, stderr } = await run(['-e', code], options);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    return stdout;
  };

  describe('command line', () => {
    it('runs a file with arguments', async () => {
      expect(await run(['hello.js', 'one', '-e'])).toEqual({
        exitCode: 0,
        stdout: "hello [ 'hello.js', 'one', '-e' ]\n",
        stderr: '',
      });
    });

    it('runs a file by its #! line', async () => {
      expect((await machine.run(['/home/user/hello.js', 'x'])).stdout).toBe("hello [ '/home/user/hello.js', 'x' ]\n");
    });

    it('reads a script from standard input', async () => {
      const options = { stdin: 'print(sys.argv)' };
      expect((await run([], options)).stdout).toBe("[ '-' ]\n");
      expect((await run(['-', 'a'], options)).stdout).toBe("[ '-', 'a' ]\n");
    });

    it('says what is wrong', async () => {
      expect(await run(['nowhere.js'])).toMatchObject({
        exitCode: 127,
        stderr: "js: ENOENT: No such file or directory, open 'nowhere.js'\n",
      });
      expect(await run(['-e'])).toMatchObject({ exitCode: 2, stderr: 'js: -e needs the code as its argument\n' });
      expect(await run(['--nonsense'])).toMatchObject({ exitCode: 2 });
      expect((await run(['--help'])).stdout).toMatch(/^usage: js/);
    });
  });

  describe('errors', () => {
    it('of syntax have a place', async () => {
      expect(await run(['broken.js'])).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: "broken.js:3:9: uncaught SyntaxError: Unexpected token ';'\n",
      });
    });

    it('that nobody catches have their place and the frames of the script', async () => {
      expect(await run(['throws.js'])).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: 'throws.js:3:9: uncaught TypeError: bad\n    at f (throws.js:3:9)\n    at (throws.js:5:1)\n',
      });
    });

    it('thrown by code that looks like syntax are told apart', async () => {
      const { stderr } = await run(['-e', 'JSON.parse("{")']);
      expect(stderr).toMatch(/^\[eval\]:1:6: uncaught SyntaxError: /);
    });

    it('in promises count', async () => {
      const { exitCode, stderr } = await run(['-e', 'Promise.reject(new Error("nobody")); print("first")']);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: '[eval]:1:16: uncaught Error: nobody\n    at ([eval]:1:16)\n',
      });
    });

    it('may be anything', async () => {
      expect(await run(['-e', 'throw {a: 1}'])).toMatchObject({ exitCode: 1, stderr: '[eval]: uncaught { a: 1 }\n' });
    });

    it('of modules say so', async () => {
      const { stderr } = await run(['-e', 'import x from "y";']);
      expect(stderr).toContain('this is a plain script: import and export are not supported');
    });
  });

  describe('asynchronous code', () => {
    it('runs timers and promises to their end', async () => {
      const code = 'setTimeout(() => print(3), 10); Promise.resolve().then(() => print(2)); print(1)';
      expect(await output(code)).toBe('1\n2\n3\n');
    });

    it('may be awaited at the top level', async () => {
      expect(await output('const x = await new Promise((r) => setTimeout(r, 5, "slept"));\nprint(x)')).toBe('slept\n');
      const { stderr } = await run(['-e', 'await 0; null.x']);
      expect(stderr).toMatch(/^\[eval\]:1:15: /);
    });

    it('that never settles is an error', async () => {
      expect((await run(['-e', 'await new Promise(() => {})'])).exitCode).toBe(13);
    });

    it('may compile wasm', async () => {
      const header = '0,97,115,109,1,0,0,0';
      expect(
        await output(`print((await WebAssembly.compile(Uint8Array.of(${header}))) instanceof WebAssembly.Module)`),
      ).toBe('true\n');
    });
  });

  it('exits at once, past finally', async () => {
    const { exitCode, stdout } = await run(['-e', 'try { sys.exit(7) } finally { print("no") }']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: '' });
  });

  describe('sys', () => {
    it('reads and writes files', async () => {
      expect(
        await output(`
          sys.mkdir('d/e/f', { recursive: true });
          sys.writeFile('d/text', 'grüße\\n');
          sys.appendFile('d/text', 'more\\n');
          print(sys.readTextFile('d/text') === 'grüße\\nmore\\n', sys.stat('d/text').size, sys.stat('d').type);
          const fd = sys.open('d/text', 'r+');
          sys.seek(fd, 2);
          print(sys.decode(sys.read(fd, 4)), sys.write(fd, 'X', 0), sys.read(fd, 0).length);
          sys.close(fd);
          sys.rename('d/text', 'd/moved');
          sys.symlink('moved', 'd/link');
          sys.chmod('d/moved', 0o640);
          sys.utimes('d/moved', 1000.5, 2000.25);
          const { mode, mtimeMs, atimeMs } = sys.stat('d/link');
          print(mode.toString(8), mtimeMs, atimeMs, sys.lstat('d/link').type, sys.readlink('d/link'));
          print(sys.readdir('d').map((e) => e.name + ':' + e.type).sort().join(' '));
          sys.truncate('d/moved', 1);
          print(sys.readTextFile('d/moved'), sys.exists('d/moved'), sys.exists('d/none'));
          sys.unlink('d/moved'); sys.unlink('d/link'); sys.rmdir('d/e/f'); sys.rmdir('d/e'); sys.rmdir('d');
          try { sys.open('d/none') } catch (e) { print(e.code, e.errno, e.path, e.syscall, e instanceof sys.SystemError) }
        `),
      ).toBe(
        'true 13 directory\nüß 1 0\n640 2000.25 1000.5 symlink moved\ne:directory link:symlink moved:file\nX true false\n' +
          'ENOENT 2 d/none open true\n',
      );
    });

    it('knows its process', async () => {
      expect(
        await output(
          'print(sys.getcwd(), sys.getuid(), sys.env.HOME, sys.getpid() > sys.getppid(), sys.isatty(1)); sys.chdir("/tmp"); print(sys.getcwd(), sys.umask(0).toString(8))',
        ),
      ).toBe('/home/user 1000 /home/user true false\n/tmp 22\n');
    });

    it('reads standard input by lines', async () => {
      expect(await output('for (const line of sys.lines()) print(`<${line}>`)', { stdin: 'a\nbb\n\nlast' })).toBe(
        '<a>\n<bb>\n<>\n<last>\n',
      );
    });

    it('runs programs', async () => {
      expect(
        await output(`
          const { code, signal, stdout, bytes } = sys.run(['args', 'a b'], { env: { X: '1', PATH: '/bin' } });
          print({ code, signal, stdout }, bytes.length);
          const [r, w] = sys.pipe();
          const pid = sys.spawn(['/bin/js', '-e', 'console.error("to the pipe"); sys.exit(5)'], { stderr: w, stdout: 2 });
          sys.close(w);
          print(sys.decode(sys.readAll(r)).trim(), sys.wait(pid).code);
          print(sys.run(['/bin/js', '-'], { input: 'print(sys.getcwd())', cwd: '/tmp' }).stdout.trim());
          try { sys.wait() } catch (e) { print(e.code) }
          try { sys.spawn(['nowhere']) } catch (e) { print(e.message) }
        `),
      ).toBe(
        `{ code: 2, signal: null, stdout: 'args a b\\nX=1\\nPATH=/bin\\n' } 23
to the pipe 5
/tmp
ECHILD
ENOENT: No such file or directory, spawn 'nowhere'
`,
      );
    });

    it('swaps descriptors for a child', async () => {
      const code = `
        sys.wait(sys.spawn(['/bin/js', '-e', 'print("out"); console.error("err")'], { stdout: 2, stderr: 1 }));`;
      expect(await run(['-e', code])).toEqual({ exitCode: 0, stdout: 'err\n', stderr: 'out\n' });
    });

    it('handles signals', async () => {
      expect(
        await output(`
          sys.signal('SIGUSR1', (name) => print('got', name));
          sys.kill(sys.getpid(), 'SIGUSR1');
          print('after');
          const start = performance.now();
          sys.sleep(20);
          print(performance.now() - start >= 20);
        `),
      ).toBe('got SIGUSR1\nafter\ntrue\n');
      const { exitCode } = await run(['-e', 'sys.kill(sys.getpid(), "SIGTERM"); print("not reached")']);
      expect(exitCode).toBe(143);
    });

    it('dies when it is killed, whatever it catches', async () => {
      const code = `
        const pid = sys.spawn(['/bin/js', '-e', 'for (;;) { try { sys.sleep(1000) } catch {} }']);
        sys.sleep(50); sys.kill(pid, 'SIGKILL'); const { code, signal } = sys.wait(pid); print(code, signal)`;
      expect(await output(code)).toBe('null SIGKILL\n');
    });
  });

  describe('lockdown', () => {
    it('leaves nothing of the host', async () => {
      const names = (await output('print(Object.getOwnPropertyNames(globalThis).sort().join(" "))')).trim().split(' ');
      const known = new Set(Object.getOwnPropertyNames(globalThis));
      // Made by the runtime, or computing only: the rest of what Node and a browser have must be gone.
      const ours = ['sys', 'print', 'self'];
      expect(names.filter((name) => !known.has(name)).sort()).toEqual([...ours].sort());
      for (const name of ['process', 'require', 'Buffer', 'fetch', 'Worker', 'MessageChannel', 'BroadcastChannel']) {
        expect(names).not.toContain(name);
      }
    });

    it('holds for code made at run time', async () => {
      expect(
        await output(
          'print(Function("return typeof process")(), (0, eval)("typeof fetch"), typeof URL.createObjectURL)',
        ),
      ).toBe('undefined undefined undefined\n');
    });
  });
});
