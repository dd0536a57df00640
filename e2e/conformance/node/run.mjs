/**
 * Node's own tests on `node` of this system, counted over those that the official Node 24 passes on this machine.
 *
 *     node e2e/conformance/node/run.mjs [--only PATTERN] [--update]
 *
 * The tests are those of Debian's source package of Node 20, fetched once and kept with the other sources. They run on
 * the whole OS inside that Node 24. expectations.json has a reason for each test that does not pass; a failure without
 * one, and a pass with one, fail the run. --update writes down what is so, keeping reasons.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { ROOT } from '../../../scripts/lib/run.mjs';
import { NODE_BINARY } from '../../../scripts/ports/node.mjs';
import { SOURCES } from '../../../scripts/ports/places.mjs';
import { fetchSource } from '../../../scripts/ports/source.mjs';

const SOURCE = {
  package: 'nodejs',
  file: 'nodejs_20.19.2+dfsg.orig.tar.xz',
  sha256: '5e5559381ad031d245a8efa403458abbb73755f74c3e6380f185a4dd342b7949',
  release: 'trixie',
};
const TESTS = path.join(SOURCES, 'nodejs-20.19.2-tests');
const NATIVE = path.join(SOURCES, 'nodejs-20.19.2-native.json');
const BUILD = path.join(ROOT, '.cache/conformance/node');
const EXPECTATIONS = path.join(import.meta.dirname, 'expectations.json');
const ENV = { PATH: process.env['PATH'], NODE_TEST_KNOWN_GLOBALS: '0', NODE_SKIP_FLAG_CHECK: '1', NO_COLOR: '1' };
const NATIVE_TIMEOUT_MS = 20_000;

async function fetchTests() {
  if (existsSync(path.join(TESTS, 'test'))) return;
  const tarball = await fetchSource(SOURCE);
  mkdirSync(TESTS, { recursive: true });
  execFileSync('tar', ['xf', tarball, '-C', TESTS, '--strip-components=1', '--no-same-owner']);
}

/** @param {string} name */
function flagsOf(name) {
  const line = /^\/\/ Flags:(.*)$/m.exec(readFileSync(path.join(TESTS, 'test', name), 'utf8'))?.[1] ?? '';
  return line.trim().split(/\s+/).filter(Boolean);
}

/** @param {readonly string[]} names @returns {Record<string, boolean>} which of them native Node passes */
function nativeResults(names) {
  /** @type {Record<string, boolean>} */
  const known = existsSync(NATIVE) ? JSON.parse(readFileSync(NATIVE, 'utf8')) : {};
  let fresh = 0;
  for (const name of names) {
    if (name in known) continue;
    const file = path.join(TESTS, 'test', name);
    const { status, stdout } = spawnSync(NODE_BINARY, [...flagsOf(name), file], {
      cwd: TESTS,
      env: ENV,
      encoding: 'utf8',
      timeout: NATIVE_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    known[name] = status === 0 && !/^1\.\.0 # Skipped/m.test(stdout);
    if (++fresh % 50 === 0) writeFileSync(NATIVE, JSON.stringify(known));
  }
  if (fresh > 0) writeFileSync(NATIVE, JSON.stringify(known));
  return known;
}

/** @param {string} entry @param {string} name */
async function bundle(entry, name) {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    plugins: [
      {
        name: 'tabos-bundled-places',
        transform(code, id) {
          // In a bundle a module's own folder is the bundle's.
          const dirname = JSON.stringify(path.dirname(id));
          if (id.endsWith('process-bundle.ts'))
            return `export const processBundle = async () => ${JSON.stringify(path.join(BUILD, 'process.mjs'))};`;
          return id.includes('/src/testing/') ? code.replaceAll('import.meta.dirname', dirname) : undefined;
        },
      },
    ],
    build: {
      ssr: path.join(ROOT, entry),
      outDir: BUILD,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      target: 'esnext',
      rolldownOptions: { output: { entryFileNames: name, codeSplitting: false } },
    },
  });
}

/**
 * @param {readonly string[]} names
 * @param {(result: { name: string, passed: boolean, exitCode: number, stderr: string }) => void} tell
 */
async function runTests(names, tell) {
  const list = path.join(BUILD, 'list.json');
  writeFileSync(list, JSON.stringify(names.map((name) => ({ name, flags: flagsOf(name) }))));
  const child = spawn(NODE_BINARY, [path.join(BUILD, 'run.mjs'), path.join(TESTS, 'test'), list], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) if (line.startsWith('{')) tell(JSON.parse(line));
}

/** @param {string} name `parallel/test-fs-x.js` is of `fs` */
const moduleOf = (name) => /\/test-([a-z0-9]+)/.exec(name)?.[1] ?? 'other';

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, update: { type: 'boolean' } } });
  await fetchTests();
  const only = new RegExp(values.only);
  const all = ['parallel', 'es-module', 'sequential'].flatMap((folder) =>
    readdirSync(path.join(TESTS, 'test', folder))
      .filter((file) => /^test-.*\.m?js$/.test(file))
      .map((file) => `${folder}/${file}`),
  );
  const chosen = all.filter((name) => only.test(name)).sort();
  const native = nativeResults(chosen);
  const counted = chosen.filter((name) => native[name]);
  mkdirSync(BUILD, { recursive: true });
  await bundle('src/testing/conformance.node.ts', 'run.mjs');
  await bundle('src/testing/process.node.ts', 'process.mjs');
  /** @type {Record<string, string>} */
  const expected = existsSync(EXPECTATIONS) ? JSON.parse(readFileSync(EXPECTATIONS, 'utf8')) : {};
  /** @type {Map<string, { passed: number, all: number }>} */
  const table = new Map();
  /** @type {string[]} */
  const surprises = [];
  await runTests(counted, ({ name, passed, stderr }) => {
    const row = table.get(moduleOf(name)) ?? { passed: 0, all: 0 };
    row.all++;
    if (passed) row.passed++;
    table.set(moduleOf(name), row);
    const known = expected[name];
    if (passed && known !== undefined) surprises.push(`${name}: passes now`);
    if (!passed && known === undefined) surprises.push(`${name}: ${reasonOf(stderr)}`);
    if (values.update) {
      if (passed) delete expected[name];
      else expected[name] ??= reasonOf(stderr);
    }
  });
  for (const [name, row] of [...table].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${name}: ${row.passed} of ${row.all}`);
  const sum = (/** @type {'passed' | 'all'} */ key) => [...table.values()].reduce((total, row) => total + row[key], 0);
  console.log(`in all ${sum('passed')} of ${sum('all')} (${chosen.length - counted.length} not counted: native Node)`);
  if (values.update) {
    const sorted = Object.fromEntries(Object.entries(expected).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(EXPECTATIONS, `${JSON.stringify(sorted, null, 2)}\n`);
  } else if (surprises.length > 0) {
    console.log(surprises.join('\n'));
    process.exitCode = 1;
  }
}

/** @param {string} stderr the line that names the error */
function reasonOf(stderr) {
  const line = stderr.split('\n').find((text) => /^(?:\w*Error|\w+ \[ERR)/.test(text.trim()));
  return (
    (line ?? stderr.trim().split('\n').at(-1) ?? '').slice(0, 160) || 'no output: it hangs, or ends without a word'
  );
}

await main();
