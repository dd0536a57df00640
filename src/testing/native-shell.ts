// The control of the shell suite: Debian's dash and busybox on this computer, as a user who is not root, with busybox's
// programs first on the PATH.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecResult } from './node-machine.ts';
import type { ShellCase } from './suites/shell.ts';

const DASH = '/bin/dash';
const BUSYBOX = '/bin/busybox';
const USER = 1000;
const TIMEOUT_MS = 20_000;

/** Node gives its children sockets where a shell gives them pipes: put pipes between. */
const PIPES = `
  mkfifo ../out.$$ ../err.$$; cat ../out.$$ & cat ../err.$$ >&2 &
  cat | "$0" -c "$1" > ../out.$$ 2> ../err.$$; code=$?
  wait; rm ../out.$$ ../err.$$; exit $code`;

/** What is missing here, or undefined when there is nothing. */
export const missingNatively = (): string | undefined => {
  if (process.platform !== 'linux') return 'this is no Linux';
  const missing = [DASH, BUSYBOX].filter((file) => !existsSync(file));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(' ')}`;
};

export class NativeShell {
  private readonly folder: string;
  private readonly bin: string;
  private cases = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.bin = path.join(folder, 'bin');
  }

  static async open(): Promise<NativeShell> {
    const shell = new NativeShell(await mkdtemp(path.join(tmpdir(), 'tabos-shell-')));
    await chmod(shell.folder, 0o755);
    await mkdir(shell.bin);
    const applets = spawnSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
    for (const applet of applets) {
      await symlink(applet === 'sh' ? DASH : BUSYBOX, path.join(shell.bin, applet));
    }
    return shell;
  }

  /** Run a case in an empty directory; what Debian's busybox lacks is Debian's own. */
  async run({ script, stdin }: ShellCase): Promise<ExecResult> {
    const folder = path.join(this.folder, `case-${++this.cases}`);
    const cwd = path.join(folder, 'home');
    await mkdir(cwd, { recursive: true });
    const isRoot = process.getuid?.() === 0;
    if (isRoot) for (const made of [folder, cwd]) await chown(made, USER, USER);
    try {
      return await this.spawn(script, stdin, cwd, isRoot ? { uid: USER, gid: USER } : {});
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private spawn(script: string, stdin: string, cwd: string, ids: { uid?: number; gid?: number }): Promise<ExecResult> {
    const env = { PATH: `${this.bin}:/usr/bin:/bin`, HOME: cwd, USER: 'user', LC_ALL: 'C.UTF-8', TERM: 'dumb' };
    return new Promise((resolve, reject) => {
      const child = spawn(DASH, ['-c', PIPES, '/bin/sh', script], { cwd, env, detached: true, ...ids });
      const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), TIMEOUT_MS);
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
      child.once('error', reject);
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        resolve({ exitCode: code ?? 128 + constants.signals[signal as NodeJS.Signals], stdout, stderr });
      });
    });
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
