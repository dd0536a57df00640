// Third-party cases on file system calls (converted from pjdfstest), run on a Vfs directly. They are not part of the
// repository: the folder is named by TABOS_CONFORMANCE or lies beside it; without it the tests are skipped.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SysError } from '../../abi/errno.ts';
import { O, S } from '../../abi/file.ts';
import { overlayOn } from '../../testing/overlay-on.ts';
import type { FileStatus } from '../../testing/suites/fs-system.ts';
import { VfsSystem } from '../../testing/suites/fs-vfs.ts';
import { endpointPair } from '../../transport/rpc.ts';
import { RemoteFs } from '../fs/remote/remote-fs.ts';
import { VolumeClient } from '../fs/remote/volume-client.ts';
import { VolumeServer } from '../fs/remote/volume-server.ts';
import { TabFs } from '../fs/tabfs/tabfs.ts';
import { type Subtree, Volume } from '../fs/tabfs/volume.ts';
import { TMPFS_LIMITS, TmpFs } from '../fs/tmpfs/tmpfs.ts';
import type { FileSystem } from './filesystem.ts';
import { Vfs } from './vfs.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const FOLDER = process.env['TABOS_CONFORMANCE'] ?? path.join(ROOT, '../shared/conformance');
const CASES = path.join(FOLDER, 'cases/pjdfstest-node.jsonl');

interface Operation {
  /** exp: judge, get: remember, chk: compare, do: just do, sh: a command of a shell. */
  readonly k: 'exp' | 'get' | 'chk' | 'do' | 'sh';
  /** Directory to run in. */
  readonly c: string;
  readonly a: string;
  readonly e?: string;
  readonly v?: number;
}

interface Case {
  readonly id: string;
  readonly ops: readonly Operation[];
}

const TYPES = new Map<number, string>([
  [S.IFIFO, 'fifo'],
  [S.IFCHR, 'char'],
  [S.IFDIR, 'dir'],
  [S.IFBLK, 'block'],
  [S.IFREG, 'regular'],
  [S.IFLNK, 'symlink'],
  [S.IFSOCK, 'socket'],
]);

const number = (text: string): number => (/^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text));

const show = (status: FileStatus, what: string): string => {
  const fields: Record<string, unknown> = {
    ...status,
    mode: `0${(status.mode & 0o7777).toString(8)}`,
    inode: status.ino,
    type: TYPES.get(status.mode & S.IFMT),
    atime: status.atime / 1_000_000_000n,
    mtime: status.mtime / 1_000_000_000n,
    ctime: status.ctime / 1_000_000_000n,
    ctime_ns: status.ctime % 1_000_000_000n,
    mtime_ns: status.mtime % 1_000_000_000n,
    atime_ns: status.atime % 1_000_000_000n,
  };
  return what
    .split(',')
    .map((field) => String(fields[field]))
    .join(',');
};

type MakeFs = (now: () => number) => FileSystem;

const tree = (now: () => number, name: Subtree = 'root'): TabFs => new TabFs(Volume.inMemory({ now }), name);

const SYSTEMS: Readonly<Record<string, MakeFs>> = {
  tabfs: (now) => tree(now),
  tmpfs: (now) => {
    const shm = tree(now, 'shm');
    return new TmpFs(shm, shm.rootIno, TMPFS_LIMITS);
  },
  overlay: (now) => overlayOn(tree(now), tree(now)),
  'over a port': (now) => {
    const client = new VolumeClient(1);
    const [a, b] = endpointPair();
    new VolumeServer(Volume.inMemory({ now })).attach(a);
    client.connect(b);
    return new RemoteFs(client, 'root');
  },
};

class Runner {
  private clock = 1_700_000_000_000;
  private readonly vars = new Map<number, string>();
  private readonly sys: VfsSystem;

  constructor(make: MakeFs) {
    this.sys = new VfsSystem(new Vfs(make(() => this.clock++)));
  }

  private async call(op: string, args: readonly string[], fds: number[]): Promise<string> {
    const { sys } = this;
    const [first = '', second = '', third = ''] = args;
    switch (op) {
      case 'open': {
        const flags = second.split(',').reduce((all, name) => all | O[name.slice(2) as keyof typeof O], 0);
        fds.push(await sys.open(first, flags, number(third || '0')));
        return '0';
      }
      case 'create':
        fds.push(await sys.open(first, O.CREAT | O.EXCL, number(second)));
        return '0';
      case 'mkdir':
        await sys.mkdir(first, number(second));
        return '0';
      case 'chmod':
        await sys.chmod(first, number(second));
        return '0';
      case 'truncate':
        await sys.truncate(first, number(second));
        return '0';
      case 'link':
      case 'symlink':
      case 'rename':
        await sys[op](first, second);
        return '0';
      case 'unlink':
      case 'rmdir':
        await sys[op](first);
        return '0';
      case 'stat':
      case 'lstat':
        return show(await sys[op](first), second);
      case 'pwrite':
        await sys.pwrite(fds[number(first)] as number, new TextEncoder().encode(second), number(third));
        return '0';
      case 'pread': {
        const bytes = await sys.pread(fds[number(first)] as number, Math.min(number(second), 1024), number(third));
        return new TextDecoder().decode(bytes);
      }
      default:
        throw new Error(`no operation ${op}`);
    }
  }

  /** Calls separated by ` : `; the result of the last one counts. */
  private async line(line: string): Promise<string> {
    const fds: number[] = [];
    this.sys.umask(0);
    let last = '';
    try {
      for (const call of line.split(/(?:^|\s+):(?:\s+|$)/)) {
        const [op, ...args] = call.trim().split(/\s+/);
        if (op) last = await this.call(op, args, fds);
      }
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      last = error.errno;
    }
    for (const fd of fds) this.sys.close(fd);
    return last;
  }

  private async shell(line: string): Promise<void> {
    const [command, ...args] = line.split(' ');
    const target = args.at(-1) ?? '';
    if (command === 'sleep') this.clock += Number(target) * 1000;
    else if (command === 'mkdir') {
      for (const name of target.split('/')) {
        if (!(await this.sys.readdir('.')).includes(name)) await this.sys.mkdir(name);
        await this.sys.chdir(name);
      }
    } else if (command === 'rm') await this.remove(target);
    else throw new Error(`no command ${command}`);
  }

  private async remove(path: string): Promise<void> {
    const status = await this.sys.lstat(path);
    if ((status.mode & S.IFMT) !== S.IFDIR) return this.sys.unlink(path);
    for (const name of await this.sys.readdir(path)) await this.remove(`${path}/${name}`);
    await this.sys.rmdir(path);
  }

  private expand(text: string): string {
    return text.replace(/@v(\d+)@/g, (_, v: string) => this.vars.get(Number(v)) ?? '');
  }

  async run({ ops }: Case): Promise<void> {
    for (const op of ops) {
      await this.sys.chdir('/');
      await this.sys.chdir(op.c);
      const line = this.expand(op.a);
      if (op.k === 'sh') await this.shell(line);
      else if (op.k === 'chk') expect(compare(line), line).toBe(true);
      else {
        const got = await this.line(line);
        if (op.k === 'get') this.vars.set(op.v as number, got);
        if (op.k === 'exp') expect(got, line).toMatch(new RegExp(`^${this.expand(op.e ?? '')}$`));
      }
    }
    this.sys.exit();
  }
}

const compare = (expression: string): boolean => {
  const [, a = '', op = '', b = ''] = /^(\S+) (-eq|-ne|-lt|-le|-gt|-ge|=|!=) (\S+)$/.exec(expression) ?? [];
  const [x, y] = [Number(a), Number(b)];
  const results: Record<string, boolean> = {
    '-eq': x === y,
    '-ne': x !== y,
    '-lt': x < y,
    '-le': x <= y,
    '-gt': x > y,
    '-ge': x >= y,
    '=': a === b,
    '!=': a !== b,
  };
  return results[op] ?? false;
};

const cases: Case[] = existsSync(CASES)
  ? readFileSync(CASES, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Case)
  : [];

describe.skipIf(cases.length === 0).each(Object.entries(SYSTEMS))('pjdfstest on %s', (_name, make) => {
  test.each(cases.map((c) => [c.id, c] as const))('%s', async (_id, c) => {
    await new Runner(make).run(c);
  });
});

test.runIf(cases.length === 0)('pjdfstest is not there', ({ skip }) => {
  skip(`no cases at ${path.relative(ROOT, CASES)}: name their folder in TABOS_CONFORMANCE`);
});
