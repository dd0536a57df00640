// The test programs of wasm/libc/tests, one an area of the C library: the same source, compiled for TabOS and for this
// computer, prints what came of each call. Both run as an ordinary user in an empty folder and have to print the same.
//
// They are built by `node scripts/ports.mjs --tests`, which needs the toolchain: without them the suite says so.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImageManifest } from '../kernel/fs/imagefs/imagefs.ts';
import { NodeMachine } from './node-machine.ts';

const PORTS = path.join(import.meta.dirname, '../../.cache/ports');
const NATIVE = path.join(PORTS, 'test-native');
const IMAGE = path.join(PORTS, 'test-image');
const TIMEOUT_MS = 60_000;
/** Who runs them when this is root, for whom permissions mean nothing. */
const USER = 1000;

interface Outcome {
  readonly exitCode: number;
  readonly output: string;
}

const built = existsSync(path.join(NATIVE, '.key')) && existsSync(path.join(IMAGE, 'manifest.json'));
const names = built ? (await readdir(NATIVE)).filter((name) => !name.startsWith('.')).sort() : [];

const onLinux = async (name: string): Promise<Outcome> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tabos-libc-'));
  const program = path.join(folder, 'program');
  const cwd = path.join(folder, 'empty');
  const isRoot = process.getuid?.() === 0;
  try {
    await cp(path.join(NATIVE, name), program);
    await mkdir(cwd);
    await chmod(folder, 0o755);
    if (isRoot) await chown(cwd, USER, USER);
    return await collect(program, cwd, isRoot ? { uid: USER, gid: USER } : {});
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const collect = (program: string, cwd: string, ids: { uid?: number; gid?: number }): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const env = { PATH: '/usr/bin:/bin', HOME: cwd, USER: 'user', LC_ALL: 'C.UTF-8' };
    const child = spawn(program, [], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...ids });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ exitCode: code ?? 128 + constants.signals[signal as NodeJS.Signals], output }),
    );
  });

describe.skipIf(!built)(built ? 'the C library' : 'the C library (not built: node scripts/ports.mjs --tests)', () => {
  let machine: NodeMachine;
  let programs: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const manifest = JSON.parse(await readFile(path.join(IMAGE, 'manifest.json'), 'utf8')) as ImageManifest;
    programs = new Map(
      manifest.entries.flatMap((entry) =>
        entry.type === 'file' && entry.url !== undefined ? [[path.basename(entry.path), entry.url]] : [],
      ),
    );
    machine = await NodeMachine.boot();
  }, TIMEOUT_MS);
  // Nothing may be left: processes, descriptors, locks, terminals.
  afterAll(() => machine.stop());

  const onTabos = async (name: string): Promise<Outcome> => {
    const folder = `/tmp/${name}`;
    await machine.control.mkdir(`${folder}/empty`, { recursive: true, mode: 0o755 });
    const bytes = await readFile(path.join(IMAGE, programs.get(name) ?? `${name} is not in the image`));
    await machine.control.writeFile(`${folder}/program`, new Uint8Array(bytes), 0o755, 'w');
    // In one stream: the order of the two counts.
    const cwd = `${folder}/empty`;
    const { exitCode, stdout } = await machine.exec(`exec ${folder}/program 2>&1 </dev/null`, {
      cwd,
      env: { HOME: cwd },
    });
    return { exitCode, output: stdout };
  };

  for (const name of names) {
    test(name, { timeout: TIMEOUT_MS }, async () => {
      const [here, there] = [await onTabos(name), await onLinux(name)];
      expect(here).toEqual(there);
    });
  }
});
