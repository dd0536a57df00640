/** The processes of a browser that was started from here, and the memory they use, by Linux's /proc (proc(5)). */
import { readdir, readFile } from 'node:fs/promises';

interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly args: readonly string[];
}

/** Proportional set size in bytes: each shared page counts in parts. Of all renderer (content) processes together. */
export async function rendererMemory(): Promise<number> {
  const sizes = await Promise.all((await descendants(process.pid)).filter(isRenderer).map(({ pid }) => memoryOf(pid)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function isRenderer({ args }: ProcessEntry): boolean {
  return args.includes('--type=renderer') || (args.includes('-contentproc') && args.includes('tab'));
}

async function descendants(ancestor: number): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(readProcess))).filter((entry) => entry !== undefined);
  const family = new Set([ancestor]);
  // Parents may come after their children: until nobody is added.
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { pid, ppid } of all) if (family.has(ppid)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}

/** Undefined when it has ended meanwhile. */
async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  try {
    const [stat, cmdline] = await Promise.all(
      ['stat', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
    );
    // The name in parentheses may have blanks and parentheses of its own: state and parent come after the last one.
    const ppid = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    // Chromium writes its arguments as one string with blanks.
    return { pid, ppid, args: (cmdline ?? '').split(/[\0 ]/) };
  } catch {
    return undefined;
  }
}

async function memoryOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
}
