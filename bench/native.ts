/** The control: the same shell scripts by the system's own dash and tools, in a folder on its disk. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

export class NativeShell {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs with an empty working directory, which goes with it. */
  static async use<T>(act: (shell: NativeShell) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tabos-native-'));
    try {
      return await act(new NativeShell(folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Milliseconds that a script takes, the shell's start included. It must end well. */
  async time(script: string): Promise<number> {
    const start = performance.now();
    const child = spawn('dash', ['-c', script], { cwd: this.#folder, stdio: 'ignore' });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (code !== 0) throw new Error(`natively: exit code ${code}: ${script}`);
    return performance.now() - start;
  }
}
