/** A machine in a tab, driven by the page's `os`: what most benchmarks measure. Times are taken inside the page. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Tab } from '../e2e/harness/browser.ts';
// The page declares `window.os`.
import type {} from '../src/page/main.ts';

const GUEST_FOLDER = path.join(import.meta.dirname, 'guest');

export class BenchMachine {
  readonly tab: Tab;

  private constructor(tab: Tab) {
    this.tab = tab;
  }

  /** Boots a machine of its own: with its volume on disk, or keeping nothing. */
  static async boot(browser: Browser, site: string, volume: 'disk' | 'memory'): Promise<BenchMachine> {
    const url = new URL(site);
    if (volume === 'memory') url.searchParams.set('ephemeral', '');
    else url.searchParams.set('machine', `bench-${randomUUID().slice(0, 8)}`);
    const tab = await browser.newTab();
    await tab.goto(url.href);
    const machine = new BenchMachine(tab);
    await machine.ready();
    return machine;
  }

  /** Milliseconds from navigation until the machine can be used. */
  ready(): Promise<number> {
    return this.tab.evaluate(async () => {
      await window.os.ready;
      return performance.now();
    });
  }

  /** Boots it again: its tab was the only one, so its volume is mounted anew. */
  async reboot(): Promise<number> {
    await this.tab.reload();
    return this.ready();
  }

  /** Milliseconds that a shell script takes, its shell included. It must end well. */
  async time(script: string): Promise<number> {
    const { ms } = await this.#exec(script);
    return ms;
  }

  /** What a script prints. It must end well. */
  async output(script: string): Promise<string> {
    const { stdout } = await this.#exec(script);
    return stdout;
  }

  /** Runs bench/guest/`name` by `js` and gives the JSON that it prints. */
  async guest<T>(name: string, ...args: readonly string[]): Promise<T> {
    const source = await readFile(path.join(GUEST_FOLDER, name), 'utf8');
    await this.tab.evaluate(
      async (file, text) => {
        await window.os.fs.writeFile(file, text);
      },
      `/tmp/${name}`,
      source,
    );
    return JSON.parse(await this.output(`js /tmp/${name} ${args.join(' ')}`)) as T;
  }

  async #exec(script: string): Promise<{ readonly ms: number; readonly stdout: string }> {
    const { ms, exitCode, stdout, stderr } = await this.tab.evaluate(async (text) => {
      const start = performance.now();
      const result = await window.os.exec(text);
      return {
        ms: performance.now() - start,
        exitCode: result.exitCode,
        stdout: result.stdout,
        stderr: result.stderr,
      };
    }, script);
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${script}\n${stderr}`);
    return { ms, stdout };
  }
}
