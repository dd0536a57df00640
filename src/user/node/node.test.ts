// node as people use it: the command line, the order of things, files, errors, signals. On the whole OS.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NodeMachine } from '../../testing/node-machine.ts';

describe('node', () => {
  let machine: NodeMachine;
  beforeAll(async () => {
    machine = await NodeMachine.boot();
  }, 30_000);
  afterAll(async () => {
    await machine.stop();
  });
  /** What a script of the shell prints; it must end well and say nothing on stderr. */
  const output = async (script: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await machine.exec(script);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    return stdout;
  };
  const file = (name: string, text: string): string => `cat > ${name} <<'END'\n${text}\nEND\n`;

  describe('command line', () => {
    it('evaluates, prints, runs files and standard input', async () => {
      expect(await output(`node -e 'console.log(1 + 1)'`)).toBe('2\n');
      expect(await output(`node -p '[1, { a: "x" }, new Map([[1, 2]])]'`)).toBe(
        "[ 1, { a: 'x' }, Map(1) { 1 => 2 } ]\n",
      );
      expect(await output(`${file('a.js', 'console.log(process.argv.slice(1), __filename)')}node a.js b --c`)).toBe(
        "[ '/home/user/a.js', 'b', '--c' ] /home/user/a.js\n",
      );
      expect(await output(`echo 'console.log(42)' | node`)).toBe('42\n');
      expect(await output(`echo 'console.log(process.argv[2])' | node - x`)).toBe('x\n');
      expect(await output('node --version')).toMatch(/^v24\.\d+\.\d+\n$/);
    });

    it('says what it does not understand', async () => {
      expect(await machine.exec('node --nonsense')).toMatchObject({
        exitCode: 9,
        stderr: 'node: bad option: --nonsense\n',
      });
      expect(await machine.exec('node -e')).toMatchObject({
        exitCode: 9,
        stderr: 'node: --eval requires an argument\n',
      });
      expect(await machine.exec('NODE_OPTIONS=--eval=1 node')).toMatchObject({
        exitCode: 9,
        stderr: 'node: --eval=1 is not allowed in NODE_OPTIONS\n',
      });
    });

    it('heeds NODE_OPTIONS and -r', async () => {
      expect(
        await output(`${file('first.js', 'console.log("first")')}NODE_OPTIONS='--require "./first.js"' node -p 7`),
      ).toBe('first\n7\n');
    });
  });

  describe('the end', () => {
    it('has the exit code of the process', async () => {
      expect(await machine.exec(`node -e 'process.exitCode = 3'`)).toMatchObject({ exitCode: 3 });
      expect(await machine.exec(`node -e 'setTimeout(() => {}, 1e6); process.exit(4)'`)).toMatchObject({ exitCode: 4 });
    });

    it('comes after beforeExit and exit', async () => {
      const code = `let n = 0;
        process.on('beforeExit', () => { console.log('before'); if (n++ === 0) setTimeout(() => console.log('more'), 1); });
        process.on('exit', (code) => console.log('exit', code));`;
      expect(await output(`node -e "${code}"`)).toBe('before\nmore\nbefore\nexit 0\n');
    });

    it('by an error that nobody catches is told as Node tells it', async () => {
      const { exitCode, stderr } = await machine.exec(
        `${file('throws.js', 'function f() {\n  throw new TypeError("bad");\n}\nf();')}node throws.js`,
      );
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(
        /^\/home\/user\/throws\.js:2\n {2}throw new TypeError\("bad"\);\n {2}\^\n\nTypeError: bad\n {4}at f \(\/home\/user\/throws\.js:2:9\)\n {4}at Object\.<anonymous> \(\/home\/user\/throws\.js:4:1\)\n {4}at Module\._compile \(node:/,
      );
      expect(stderr).toMatch(/\n\nNode\.js v24\.\d+\.\d+\n$/);
    });

    it('by a rejection or a syntax error has a place', async () => {
      expect(await machine.exec(`node -e 'Promise.reject(new Error("nobody"))'`)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/^\[eval\]:1\nPromise\.reject[\s\S]*\nError: nobody\n {4}at \[eval\]:1:16\n/),
      });
      expect(await machine.exec(`${file('bad.js', 'let x = ;')}node bad.js`)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/^\/home\/user\/bad\.js:1\nlet x = ;\n {8}\^\n\nSyntaxError: /),
      });
    });

    it('waits for handlers of uncaught errors', async () => {
      expect(
        await output(
          `node -e 'process.on("uncaughtException", (e) => console.log("got", e.message)); setTimeout(() => console.log("on"), 5); throw new Error("x")'`,
        ),
      ).toBe('got x\non\n');
    });
  });

  it('keeps the order of ticks, microtasks, timers and immediates', async () => {
    const code = `
      setTimeout(() => { console.log('timeout 1'); Promise.resolve().then(() => console.log('its microtask')); process.nextTick(() => console.log('its tick')); }, 1);
      setTimeout(() => console.log('timeout 2'), 1);
      setImmediate(() => { console.log('immediate'); process.nextTick(() => console.log('tick of immediate')); });
      setImmediate(() => console.log('immediate 2'));
      Promise.resolve().then(() => { console.log('microtask'); process.nextTick(() => console.log('tick of microtask')); }).then(() => console.log('microtask 2'));
      process.nextTick(() => { console.log('tick'); process.nextTick(() => console.log('tick 2')); });
      console.log('main');
      const end = Date.now() + 5; while (Date.now() < end);`;
    expect((await output(`${file('order.js', code)}node order.js`)).trim().split('\n')).toEqual([
      'main',
      'tick',
      'tick 2',
      'microtask',
      'microtask 2',
      'tick of microtask',
      'timeout 1',
      'its tick',
      'its microtask',
      'timeout 2',
      'immediate',
      'tick of immediate',
      'immediate 2',
    ]);
  });

  describe('modules', () => {
    it('are CommonJS by Node’s own loader', async () => {
      expect(
        await output(`mkdir -p node_modules/p/lib
${file('node_modules/p/package.json', '{ "name": "p", "exports": { ".": "./lib/main.js", "./x": { "require": "./lib/x.cjs" } } }')}
${file('node_modules/p/lib/main.js', 'exports.x = require("p/x"); exports.self = module.id;')}
${file('node_modules/p/lib/x.cjs', 'module.exports = 5;')}
${file('data.json', '{ "a": [1] }')}
${file('use.js', 'console.log(require("p"), require("./data"), require("node:path").join("a", "..", "b")); try { require("p/hidden") } catch (e) { console.log(e.code) }')}
node use.js`),
      ).toBe("{ x: 5, self: '/home/user/node_modules/p/lib/main.js' } { a: [ 1 ] } b\nERR_PACKAGE_PATH_NOT_EXPORTED\n");
    });
  });

  describe('ECMAScript modules', () => {
    it('have live bindings, cycles, namespaces and top-level await', async () => {
      expect(
        await output(`mkdir -p esm; cd esm
${file('b.mjs', 'import { late } from "./cycle.mjs"; export let n = 1; export function add() { n++; } export const f = () => "f"; export default function () {} late();')}
${file('cycle.mjs', 'import { f, n } from "./b.mjs"; export function late() { console.log(typeof f, n); }; try { f } catch (e) { console.log(e.name) }')}
${file('c.cjs', 'exports.one = 1;')}
${file('d.json', '{ "a": 1 }')}
${file(
  'a.mjs',
  `import fs, { existsSync as has } from 'node:fs';
import * as b from './b.mjs';
import fallback, { n, add } from './b.mjs';
import cjs, { one } from './c.cjs';
import data from './d.json' with { type: 'json' };
export * from './b.mjs';
add();
console.log(n, b.n, { n }, fs.existsSync === has, fallback.name, one, cjs.one, data);
{ const n = 'inner'; console.log(n, ((n) => n)(5)); }
const again = await import('./b.mjs');
console.log(again === b, Object.keys(b), import.meta.url, import.meta.filename);
try { n = 3 } catch (e) { console.log(e.name) }
try { again.n = 3 } catch (e) { console.log(e.name) }`,
)}
node a.mjs`),
      ).toBe(`ReferenceError
function 1
2 2 { n: 2 } true default 1 1 { a: 1 }
inner 5
true [ 'add', 'default', 'f', 'n' ] file:///home/user/esm/a.mjs /home/user/esm/a.mjs
TypeError
TypeError
`);
    });

    it('may be required, evaluated, detected, and written in TypeScript', async () => {
      expect(await output(`echo 'export const x = 1' > r.mjs; node -p 'require("./r.mjs")'`)).toBe(
        '[Module: null prototype] { x: 1 }\n',
      );
      expect(await output(`node --input-type=module -e 'import { sep } from "path"; console.log(sep, await 5)'`)).toBe(
        '/ 5\n',
      );
      expect(await output(`echo 'import { EOL } from "os"; console.log(EOL.length)' > detect.js; node detect.js`)).toBe(
        '1\n',
      );
      expect(
        await output(
          `echo 'interface A { n: number } const a: A = { n: 7 }; console.log(a.n as number)' > t.ts; node t.ts`,
        ),
      ).toBe('7\n');
      expect((await machine.exec(`echo 'await 0' > tla.mjs; node -e 'require("./tla.mjs")'`)).stderr).toContain(
        'ERR_REQUIRE_ASYNC_MODULE',
      );
    });

    it('tell what is wrong, and where', async () => {
      expect((await machine.exec(`echo 'import { nope } from "./r.mjs"' > wrong.mjs; node wrong.mjs`)).stderr).toMatch(
        /^file:\/\/\/home\/user\/wrong\.mjs:1\nimport \{ nope \} from "\.\/r\.mjs"\n {9}\^{4}\nSyntaxError: The requested module '\.\/r\.mjs' does not provide an export named 'nope'\n/,
      );
      expect((await machine.exec(`echo 'let a; throw new Error("x")' > throws.mjs; node throws.mjs`)).stderr).toMatch(
        /^file:\/\/\/home\/user\/throws\.mjs:1\n.*\n {7}\^\n\nError: x\n {4}at file:\/\/\/home\/user\/throws\.mjs:1:14\n/,
      );
      expect(await machine.exec(`echo 'await new Promise(() => {})' > never.mjs; node never.mjs`)).toMatchObject({
        exitCode: 13,
      });
    });
  });

  describe('fs', () => {
    it('is the files of the machine: sync, with callbacks, with promises', async () => {
      const code = `
        const fs = require('fs');
        fs.mkdirSync('d/e/f', { recursive: true });
        fs.writeFileSync('d/t', 'grüße');
        fs.appendFileSync('d/t', '!');
        fs.symlinkSync('t', 'd/l');
        console.log(fs.readFileSync('d/l', 'utf8'), fs.statSync('d/t').size, fs.lstatSync('d/l').isSymbolicLink());
        console.log(fs.readdirSync('d'), fs.readdirSync('d', { withFileTypes: true }).map((e) => e.isDirectory()));
        fs.copyFileSync('d/t', 'd/c'); fs.renameSync('d/c', 'd/e/c');
        console.log(fs.existsSync('d/c'), fs.realpathSync('d/../d/l'), fs.readlinkSync('d/l'));
        try { fs.readFileSync('d/none') } catch ({ message, errno, code, syscall, path }) { console.log({ message, errno, code, syscall, path }) }
        fs.readFile('d/t', 'latin1', (error, text) => {
          console.log(error, text.length);
          fs.promises.readFile('d/none').catch((error) => {
            console.log(error.code);
            fs.rmSync('d', { recursive: true });
            console.log(fs.existsSync('d'));
          });
        });
        fs.createReadStream('d/t', { start: 1, end: 2 }).on('data', (d) => console.log(d));`;
      expect(await output(`${file('files.js', code)}node files.js`)).toBe(`grüße! 8 true
[ 'e', 'l', 't' ] [ true, false, false ]
false /home/user/d/t t
{
  message: "ENOENT: no such file or directory, open 'd/none'",
  errno: -2,
  code: 'ENOENT',
  syscall: 'open',
  path: 'd/none'
}
<Buffer 72 c3>
null 8
ENOENT
false
`);
    });
  });

  it('reads a pipe as a stream and writes one', async () => {
    expect(await output(`printf 'a\\nb' | node -e 'process.stdin.pipe(process.stdout)' | cat`)).toBe('a\nb');
    expect(await output(`node -e 'process.stdout.write("x".repeat(300000))' | wc -c | tr -d ' '`)).toBe('300000\n');
    expect(
      await output(
        `printf 'one\\ntwo\\n' | node -e 'require("readline").createInterface(process.stdin).on("line", (l) => console.log("<" + l + ">"))'`,
      ),
    ).toBe('<one>\n<two>\n');
  });

  it('has children', async () => {
    const code = `
      const cp = require('child_process');
      console.log(cp.execSync('echo sync; pwd', { cwd: '/tmp' }).toString());
      console.log(cp.spawnSync('cat', { input: 'fed' }).stdout + '', cp.spawnSync('sh', ['-c', 'exit 3']).status);
      console.log(cp.spawnSync('nowhere').error.message, cp.spawnSync('sleep', ['5'], { timeout: 20 }).error.code);
      const child = cp.spawn('sh', ['-c', 'read x; echo "<$x>"; echo err >&2; exit 5']);
      child.stdin.end('in\\n');
      let text = '';
      child.stdout.on('data', (d) => { text += d; });
      child.stderr.on('data', (d) => { text += d; });
      child.on('close', (code, signal) => {
        console.log(text.split('\\n').sort().join(' '), code, signal);
        cp.exec('echo a; exit 2', (error, out) => {
          console.log(error.code, error.message, out);
          const sleeper = cp.spawn('sleep', ['100']);
          sleeper.on('exit', (code, signal) => {
            console.log(code, signal);
            cp.spawn('nowhere').on('error', (e) => {
              console.log(e.code, e.path);
              const fork = cp.fork('./child.js');
              fork.on('message', (m) => { console.log(m); fork.disconnect(); }).on('exit', (c) => console.log('end', c));
              fork.send({ question: 6 });
            });
          });
          sleeper.kill();
        });
      });`;
    expect(
      await output(
        `${file('child.js', 'process.on("message", (m) => process.send({ answer: m.question * 7 }))')}${file('cp.js', code)}node cp.js`,
      ),
    ).toBe(`sync
/tmp

fed 3
spawnSync nowhere ENOENT ETIMEDOUT
 <in> err 5 null
2 Command failed: echo a; exit 2
 a

null SIGTERM
ENOENT nowhere
{ answer: 42 }
end 0
`);
  });

  it('has digests, random numbers and derived keys', async () => {
    const code = `
      const c = require('crypto');
      console.log(c.createHash('sha256').update('a').update(Buffer.from('b')).digest('hex'));
      console.log(c.createHash('md5').update('é').digest('base64'), c.hash('sha1', 'x'));
      console.log(c.createHmac('sha1', 'k').update('x').digest('hex'), c.randomBytes(8).length, c.randomUUID().length);
      console.log(c.pbkdf2Sync('p', 's', 10, 16, 'sha512').toString('hex'), c.scryptSync('p', 's', 16).toString('hex'));
      console.log(Buffer.from(c.hkdfSync('sha256', 'k', 's', 'i', 8)).toString('hex'), c.createSecretKey(Buffer.from('ab')).export());
      crypto.subtle.digest('SHA-256', Buffer.from('a')).then((b) => console.log(Buffer.from(b).toString('hex')));`;
    // As the official Node prints it.
    expect(
      await output(`${file('crypto.js', code)}node crypto.js`),
    ).toBe(`fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603
Zt3Nl8/eq7L2+4qZm0vHbw== 11f6ad8ec52a2984abaafd7c3b516503785c2072
cb00131fcec602a8fc84413a2a70154d8c06a0d2 8 36
e75a304a31a1c44b42371339224a553c 4329787752e75d1de359a05806e492d4
02b0929a9d46e923 <Buffer 61 62>
ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb
`);
  });

  it('fetches from itself', async () => {
    const code = `require('http').createServer((q, r) => r.end('ok ' + q.url)).listen(0, async function () {
      const response = await fetch('http://127.0.0.1:' + this.address().port + '/x');
      console.log(response.status, await response.text());
      process.exit();
    });`;
    expect(await output(`${file('fetch.js', code)}node fetch.js`)).toBe('200 ok /x\n');
  });

  it('has a REPL', async () => {
    const lines = String.raw`const a = 5\na + 1\nfunction f() {\nreturn "x" }\nf()\nawait 7\n`;
    expect(await output(`printf '${lines}' | node -i`)).toMatch(
      /^Welcome to Node\.js v24.*\n.*\n> undefined\n> 6\n> \| undefined\n> 'x'\n> 7\n> /,
    );
  });

  it('has sockets and speaks HTTP', async () => {
    const code = `
      const http = require('http'), net = require('net'), dns = require('dns');
      const server = http.createServer((request, response) => {
        let body = '';
        request.on('data', (d) => { body += d; }).on('end', () => {
          response.setHeader('X-Path', request.url);
          response.write(request.method + ' ');
          response.end(body.toUpperCase());
        });
      }).listen(0, '127.0.0.1', () => {
        const request = http.request({ port: server.address().port, method: 'POST', path: '/a?b' }, (response) => {
          console.log(response.statusCode, response.headers['x-path'], response.headers['transfer-encoding']);
          response.setEncoding('utf8').on('data', (d) => process.stdout.write(d)).on('end', () => {
            console.log();
            server.close(unix);
          });
        });
        request.end('body');
      });
      const unix = () => {
        const echo = net.createServer((c) => c.pipe(c)).listen('/tmp/echo.sock', () => {
          const c = net.connect('/tmp/echo.sock', () => c.end('through a socket'));
          c.on('data', (d) => console.log(String(d))).on('close', () => echo.close(refused));
        });
      };
      const refused = () => net.connect(1, '127.0.0.1').on('error', (e) => {
        console.log(e.message);
        dns.lookup('localhost', (...args) => console.log(...args));
      });`;
    expect(await output(`${file('http.js', code)}node http.js`)).toBe(`200 /a?b chunked
POST BODY
through a socket
connect ECONNREFUSED 127.0.0.1:1
null 127.0.0.1 4
`);
  });

  it('handles signals', async () => {
    expect(
      await output(
        `node -e 'const t = setInterval(() => {}, 1000); process.on("SIGUSR2", (name, n) => { console.log(name, n); clearInterval(t); }); process.kill(process.pid, "SIGUSR2")'`,
      ),
    ).toBe('SIGUSR2 12\n');
    expect(
      await machine.exec(`node -e 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 1e5)'`),
    ).toMatchObject({
      exitCode: 143,
    });
  });

  it('has nothing of the worker in its global scope', async () => {
    const names = `['Worker', 'SharedWorker', 'indexedDB', 'caches', 'navigator.storage', 'importScripts', 'postMessage', 'XMLHttpRequest']`;
    expect(await output(`node -p "${names}.filter((n) => n in globalThis).join()"`)).toBe('\n');
    expect(await output(`node -p "process.binding('fs') !== undefined && typeof require('fs').openSync"`)).toBe(
      'function\n',
    );
  });

  it('leaves no worker for others when it is killed', async () => {
    expect((await machine.exec(`node -e 'process.kill(process.pid, "SIGKILL")'; node -p 1`)).stdout).toBe('1\n');
  });

  it('tells what is not there by its name', async () => {
    expect(await machine.exec(`node -e 'new (require("worker_threads").Worker)("x")'`)).toMatchObject({ exitCode: 1 });
    expect((await machine.exec(`node -e 'require("http2")'`)).stderr).toContain('ERR_METHOD_NOT_IMPLEMENTED');
  });
});
