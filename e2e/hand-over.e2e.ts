/**
 * The volume moves from the tab that serves it to another one, in every way that this can come about, while several tabs
 * write to it: what they write by open descriptors and by name is complete, in order, and there once.
 */
import { inject } from 'vitest';
import { expect, liveTest as test } from './harness/fixtures.ts';
import type { Terminal } from './harness/terminal.ts';

/** Appends numbered lines by a descriptor and by name until there is a file `stop`; says how many when it ends. */
const writer = (name: string): string =>
  `exec 3>>fd-${name}; i=0; while [ ! -e stop ]; do i=$((i + 1)); echo $i >&3; echo $i >>name-${name} && echo $i >acked-${name}; done; echo $i`;

/** Polls by short calls, each a test of its own whether the machine answers. */
const POLL = { timeout: 30_000, interval: 100 };

const read = async (terminal: Terminal, file: string): Promise<string> => (await terminal.exec(`cat ${file}`)).stdout;

const serves = async (terminal: Terminal): Promise<boolean> =>
  / \/ tabfs rw,[a-z-]+,local /.test(await read(terminal, '/proc/mounts'));

class Load {
  readonly name: string;
  readonly terminal: Terminal;
  ended: Promise<string | undefined>;
  /** So many lines it is known to have written. */
  seen = 0;

  private constructor(terminal: Terminal, name: string) {
    this.terminal = terminal;
    this.name = name;
    this.ended = Promise.resolve(undefined);
  }

  static start(terminal: Terminal, name: string): Load {
    const load = new Load(terminal, name);
    load.ended = terminal.exec(writer(name)).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    return load;
  }

  async acked(by: Terminal = this.terminal): Promise<number> {
    // Empty for the moment in which the shell writes it anew.
    this.seen = Math.max(this.seen, Number(await read(by, `acked-${this.name} 2>/dev/null`)));
    return this.seen;
  }

  /** Waits until it has written on. */
  async goesOn(): Promise<void> {
    const before = await this.acked();
    await expect.poll(() => this.acked(), POLL).toBeGreaterThan(before + 20);
  }
}

/** Whole: lines from 1 on, each once. Of a tab that died, at least what was known to be acknowledged. */
const verify = async (by: Terminal, loads: readonly Load[], died: readonly Load[]): Promise<void> => {
  await by.exec('touch stop');
  for (const load of loads) {
    const count = died.includes(load) ? undefined : Number(await load.ended);
    const lines: number[] = [];
    for (const file of [`fd-${load.name}`, `name-${load.name}`]) {
      const length = Number((await by.exec(`wc -l <${file}`)).stdout);
      const { stdout, exitCode } = await by.exec(`seq ${length} | cmp - ${file}`);
      expect([stdout, exitCode], file).toEqual(['', 0]);
      lines.push(length);
    }
    const [byDescriptor = 0, byName = 0] = lines;
    if (count === undefined) {
      expect(byName).toBeGreaterThanOrEqual(load.seen);
      expect([byName, byName + 1]).toContain(byDescriptor);
    } else {
      expect(lines).toEqual([count, count]);
      expect(await load.acked(by)).toBe(count);
    }
  }
};

/** How long each of a series of calls takes, in the page: the longest one is the pause. `rest`: ms between calls. */
const watchPauses = (terminal: Terminal, rest = 0): Promise<void> =>
  terminal.tab.evaluate((ms) => {
    const watch = { longest: 0, stop: false };
    (window as unknown as { pauses: typeof watch }).pauses = watch;
    const ask = async (): Promise<void> => {
      while (!watch.stop) {
        const start = performance.now();
        await window.os.fs.stat('/home/user');
        watch.longest = Math.max(watch.longest, performance.now() - start);
        if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      }
    };
    void ask();
  }, rest);

const longestPause = (terminal: Terminal): Promise<number> =>
  terminal.tab.evaluate(() => {
    const { pauses } = window as unknown as { pauses: { longest: number; stop: boolean } };
    pauses.stop = true;
    return Math.round(pauses.longest);
  });

interface Scene {
  readonly name: string;
  /** Why not in a browser. */
  readonly not?: { readonly firefox: string };
  /** What happens to the tab that serves. */
  readonly act: (server: Terminal, other: Terminal) => Promise<void>;
  /** The tab and its processes are gone. */
  readonly dies?: boolean;
  /** It is in front again, and may soon serve again. */
  readonly comesBack?: boolean;
  /** Afterwards. */
  readonly undo?: (server: Terminal) => Promise<void>;
}

const SCENES: readonly Scene[] = [
  { name: 'is closed', dies: true, act: (server) => server.tab.close() },
  {
    name: 'crashes',
    not: { firefox: 'one process runs all tabs of a site' },
    dies: true,
    act: (server) => server.tab.crash(),
  },
  {
    name: 'is reloaded while processes of it block and spin',
    dies: true,
    comesBack: true,
    act: async (server) => {
      void server.exec('mkfifo never; cat never').catch(() => undefined);
      void server.exec('while :; do :; done').catch(() => undefined);
      await expect.poll(async () => (await server.exec('ps')).stdout).toContain('cat never');
      await server.reload();
    },
  },
  {
    name: 'is frozen',
    not: { firefox: 'it has no way to freeze a page from outside' },
    act: (server) => server.tab.freeze(),
    undo: (server) => server.tab.thaw(),
  },
  { name: 'is hidden', act: (_server, other) => other.tab.activate(), undo: (server) => server.tab.activate() },
];

for (const { name, not, act, dies = false, comesBack = false, undo } of SCENES) {
  test(`the tab that serves ${name}`, { timeout: 120_000 }, async ({ openTerminal, skip }) => {
    const browser = inject('browserName');
    skip(browser === 'firefox' && not !== undefined, not?.firefox);
    const server = await openTerminal();
    const others = [await openTerminal(), await openTerminal()] as const;
    await server.tab.activate();
    await expect.poll(() => serves(server), POLL).toBe(true);
    const loads = [server, ...others].map((terminal, i) => Load.start(terminal, `${i}`));
    const [lost, ...rest] = loads as [Load, Load, Load];
    for (const load of loads) await load.goesOn();
    for (const other of others) await watchPauses(other);
    await act(server, others[0]);
    for (const load of rest) await load.goesOn();
    if (!comesBack) {
      await expect.poll(async () => (await Promise.all(others.map(serves))).includes(true), POLL).toBe(true);
    }
    const pauses = await Promise.all(others.map(longestPause));
    console.log(`${browser}: the longest pause when the tab that serves ${name}: ${Math.max(...pauses)} ms`);
    await undo?.(server);
    if (!dies) await lost.goesOn();
    await verify(others[0], loads, dies ? [lost] : []);
  });
}

test('another tab is the busy one', { timeout: 120_000 }, async ({ openTerminal }) => {
  const idle = await openTerminal({ window: true });
  const busy = await openTerminal({ window: true });
  await expect.poll(() => serves(idle), POLL).toBe(true);
  const load = Load.start(busy, 'busy');
  await watchPauses(idle, 5);
  await expect.poll(() => serves(busy), { ...POLL, interval: 1000 }).toBe(true);
  await load.goesOn();
  expect(await serves(idle)).toBe(false);
  const pause = await longestPause(idle);
  console.log(`${inject('browserName')}: the longest pause when another tab is the busy one: ${pause} ms`);
  await verify(idle, [load], []);
});
