/** The processes of a browser, by the /proc of Linux: for tests that end them as a crash does. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Of the kinds of processes that a browser has, those that run pages and their workers. */
const RENDERER = /--type=renderer|-contentproc.* tab$/;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  const found: Process[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // pid (name) state ppid ...; the name may have anything in it.
      const [, parent = ''] = readFileSync(`/proc/${name}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0').filter(Boolean).join(' ');
      found.push({ pid: Number(name), parent: Number(parent), command });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** So often is looked whether processes are gone. */
const LOOK_MS = 10;

/** Kills every process that runs pages of a browser, and waits until the browser has noticed: it has let them go. */
export async function killRenderers(browser: number): Promise<void> {
  const all = processes();
  const family = new Set([browser]);
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  const renderers = all.filter(({ pid, command }) => family.has(pid) && RENDERER.test(command));
  if (renderers.length === 0) throw new Error('the browser has no process that runs pages');
  for (const { pid } of renderers) process.kill(pid, 'SIGKILL');
  while (renderers.some(({ pid }) => existsSync(`/proc/${pid}`))) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Kills a program, and waits until it is gone. */
export async function killProgram(child: {
  readonly exitCode: number | null;
  kill(signal: 'SIGKILL'): boolean;
  once(event: 'exit', listener: () => void): unknown;
}): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGKILL');
  await gone;
}
