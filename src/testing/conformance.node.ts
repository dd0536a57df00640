// Runs Node's own tests inside a machine: one process a file. For e2e/conformance/node/run.mjs, which bundles this and
// runs it; the arguments are the folder with the tests and a file with a JSON list of { name, flags }. Each result is a
// line of JSON on standard output: { name, passed, exitCode, stderr }.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { S } from '../abi/file.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import type { Context, Vfs } from '../kernel/vfs/vfs.ts';
import { imageTree } from './image-tree.ts';
import { type MakeTree, NodeMachine } from './node-machine.ts';

interface Case {
  readonly name: string;
  readonly flags: readonly string[];
}

const HOME = '/home/user';
const ROOT = `${HOME}/node`;
const TIMEOUT_MS = 20_000;
/** Files above this are data of benchmarks and addons. */
const LARGEST = 1 << 20;
const FOLDERS = ['common', 'fixtures', 'parallel', 'sequential', 'es-module', 'async-hooks'];
const SKIPPED = new Set(['wpt', 'snapshot', 'v8-coverage']);

/** `1..0 # Skipped` says that a test has not tested anything. */
const SKIP = /^1\.\.0 # Skipped/m;

const [, , folder = '', listFile = ''] = process.argv;
const cases = JSON.parse(readFileSync(listFile, 'utf8')) as readonly Case[];

const copyTree = async (vfs: Vfs, ctx: Context, from: string, to: string): Promise<void> => {
  await vfs.mkdir(ctx, vfs.root, to, 0o755);
  await vfs.chown(ctx, vfs.root, to, USER.uid, USER.gid, 0);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = `${to}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) await copyTree(vfs, ctx, source, target);
    } else if (entry.isFile() && statSync(source).size <= LARGEST) {
      await vfs.mknod(ctx, vfs.root, target, S.IFREG | 0o755, 0);
      await vfs.chown(ctx, vfs.root, target, USER.uid, USER.gid, 0);
      const { node } = await vfs.open(ctx, vfs.root, target, 1, 0);
      await node.fs.write(node.ino, 0, new Uint8Array(readFileSync(source)));
      node.release();
    }
  }
};

const tree: MakeTree = async (kernel, station) => {
  const vfs = await imageTree(kernel, station);
  const ctx: Context = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [0] }, umask: 0 };
  await vfs.mkdir(ctx, vfs.root, ROOT, 0o777);
  await vfs.chown(ctx, vfs.root, ROOT, USER.uid, USER.gid, 0);
  await vfs.mkdir(ctx, vfs.root, `${ROOT}/test`, 0o777);
  await vfs.chown(ctx, vfs.root, `${ROOT}/test`, USER.uid, USER.gid, 0);
  for (const name of FOLDERS) await copyTree(vfs, ctx, path.join(folder, name), `${ROOT}/test/${name}`);
  return vfs;
};

const machine = await NodeMachine.boot({ tree });
const env = { NODE_TEST_KNOWN_GLOBALS: '0', NODE_SKIP_FLAG_CHECK: '1', NO_COLOR: '1' };
for (const { name, flags } of cases) {
  const { exitCode, stdout, stderr } = await machine.run(['/usr/bin/node', ...flags, `${ROOT}/test/${name}`], {
    env,
    cwd: ROOT,
    timeout: TIMEOUT_MS,
    linger: 1000,
  });
  const passed = exitCode === 0 && !SKIP.test(stdout);
  process.stdout.write(`${JSON.stringify({ name, passed, exitCode, stderr: stderr.slice(0, 2000) })}\n`);
}
process.exit(0);
