// Processes that read without calls: that they do, and that whoever changes a file is seen. The changes come from the
// same process, from another one, from a station in another tab, and with the volume itself when it is served elsewhere.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeMachine } from '../../testing/node-machine.ts';
import { bootPrograms, builtinFile } from '../../testing/program-machine.ts';
import type { Endpoint } from '../fs/remote/protocol.ts';
import { RemoteFs } from '../fs/remote/remote-fs.ts';
import { VolumeClient } from '../fs/remote/volume-client.ts';
import { VolumeServer } from '../fs/remote/volume-server.ts';
import { Volume } from '../fs/tabfs/volume.ts';
import { MemoryBlockStore } from '../storage/block-store.ts';
import { Journal } from '../storage/journal.ts';
import { fileKey } from './file-key.ts';
import { ReadCaches } from './read-caches.ts';

const stores = Array.from({ length: 3 }, () => new MemoryBlockStore({ resident: false }));
const mount = (): Volume => {
  const [data, first, second] = stores as [MemoryBlockStore, MemoryBlockStore, MemoryBlockStore];
  return new Volume(data, new Journal([first, second]), { now: () => Date.now() });
};
let volume = mount();
/** The station of the machine, which serves the volume, and that of another tab. */
const here = new VolumeClient(1);
const there = new VolumeClient(2);
const root = new RemoteFs(here, 'root');
const other = new RemoteFs(there, 'root');

/** Two ends of a port. */
const connect = (): [Endpoint, Endpoint] => {
  const make = (): Endpoint => ({ post: () => {}, onmessage: null });
  const [a, b] = [make(), make()];
  const wire = (from: Endpoint, to: Endpoint): void => {
    from.post = (message) => queueMicrotask(() => to.onmessage?.(structuredClone(message)));
  };
  wire(a, b);
  wire(b, a);
  return [a, b];
};

const join = (client: VolumeClient): void => {
  const [a, b] = connect();
  new VolumeServer(volume).attach(a);
  client.connect(b);
};

/** As when another tab has got the volume. */
const serveElsewhere = (): void => {
  volume = mount();
  join(there);
  join(here);
};

/** What every script begins with: a file of four pages, read until no calls are needed. */
const PRELUDE = `
const SIZE = 65536;
const data = new Uint8Array(SIZE).map((_, i) => i >> 8);
const buffer = new Uint8Array(SIZE * 2);
const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const readAt = (fd, at = 0, length = buffer.length) => buffer.slice(0, sys.readInto(fd, buffer.subarray(0, length), at));
const check = (what, is) => { if (!is) throw new Error(what); };
const warm = (path) => {
  const fd = sys.open(path);
  for (let i = 0; i < 4; i++) for (let at = 0; at < SIZE; at += 4096) readAt(fd, SIZE - 4096 - at, 4096);
  return fd;
};
const turn = (name) => {
  sys.writeFile('ready-' + name, '');
  while (!sys.exists('go-' + name)) sys.sleep(1);
};
`;

describe('pools', () => {
  it('are one for programs of WebAssembly, and one for each script, up to eight', () => {
    const caches = new ReadCaches();
    const wasm = caches.of({ kind: 'wasm', module: {} });
    expect(caches.of({ kind: 'wasm', module: {} })).toBe(wasm);
    const own = Array.from({ length: 8 }, () => caches.of({ kind: 'builtin', name: 'js' }));
    expect(new Set([wasm, ...own]).size).toBe(9);
    expect(caches.of({ kind: 'builtin', name: 'js' })).toBeUndefined();
    caches.leave(wasm);
    caches.leave(own[0]);
    const next = caches.of({ kind: 'builtin', name: 'js' });
    expect(next).toBeDefined();
    expect([wasm, ...own]).not.toContain(next);
  });
});

describe('reading without a call', () => {
  let machine: NodeMachine;
  const counts = new Map<string, number>();

  beforeAll(async () => {
    here.connectLocal(volume);
    join(there);
    machine = await bootPrograms({ '/bin/js': builtinFile('js') }, [], root);
    const { station } = machine;
    const call = station.call.bind(station);
    station.call = (task, name, args) => {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return call(task, name, args);
    };
  }, 60_000);
  afterAll(async () => {
    await machine.stop();
  });

  const js = async (code: string): Promise<string> => {
    counts.clear();
    const { stdout, stderr } = await machine.run(['/bin/js', '-e', PRELUDE + code]);
    expect(stderr).toBe('');
    return stdout;
  };

  const inode = async (path: string): Promise<number> => {
    const names = `home/user/${path}`.split('/');
    const { passed } = await other.walk(other.rootIno, names, false);
    const last = passed[names.length];
    if (last === undefined) throw new Error(`no ${path}`);
    return last.ino;
  };

  it('takes no calls for what was asked for before', async () => {
    await js(`
      sys.writeFile('data', data);
      const fd = warm('data');
      for (let i = 0; i < 1000; i++) {
        const at = (i * 7919) % SIZE;
        check('content', equal(readAt(fd, at, 5000), data.subarray(at, at + 5000)));
      }
      check('the end', readAt(fd, SIZE, 10).length === 0 && readAt(fd, SIZE - 3, 10).length === 3);
    `);
    expect(counts.get('pread')).toBeLessThan(80);
  });

  it('keeps the offset, whoever moves it', async () => {
    await js(`
      sys.writeFile('data', data);
      const fd = sys.open('data');
      const next = (fd, n) => sys.readInto(fd, buffer.subarray(0, n));
      for (let round = 0; round < 6; round++) {
        sys.seek(fd, 0);
        let at = 0;
        for (let n = next(fd, 1000); n > 0; n = next(fd, 1000)) {
          check('content', equal(buffer.subarray(0, n), data.subarray(at, at + n)));
          at += n;
          check('lseek', at % 7000 !== 0 || sys.seek(fd, 0, 'cur') === at);
        }
        check('all of it', at === SIZE);
      }
      sys.seek(fd, 0);
      next(fd, 1000);
      next(fd, 1000);
      const copy = sys.dup(fd);
      check('a copy goes on', next(copy, 10) === 10 && buffer[0] === data[2000]);
      check('and the first behind it', next(fd, 10) === 10 && buffer[0] === data[2010]);
      sys.close(fd);
      check('alone again', sys.seek(copy, 0, 'cur') === 2020);
      next(copy, 1000);
      check('still', next(copy, 1) === 1 && buffer[0] === data[3020]);
    `);
    expect(counts.get('read')).toBeLessThan(260);
  });

  it('shows a child where its parent has read to', async () => {
    const out = await js(`
      sys.writeFile('lines', 'one\\ntwo\\nthree\\nfour\\n');
      const fd = sys.open('lines');
      const line = (n) => sys.decode(sys.read(fd, n));
      for (let i = 0; i < 4; i++) { sys.seek(fd, 0); line(4); }
      print(line(4));
      sys.wait(sys.spawn(['/bin/js', '-e', 'sys.write(1, sys.read(0, 6))'], { stdin: fd }));
      print(line(5));
    `);
    expect(out).toBe('two\n\nthree\nfour\n\n');
  });

  it('sees what its own process changes by another descriptor', async () => {
    await js(`
      sys.writeFile('data', data);
      const fd = warm('data');
      const writer = sys.open('data', 'r+');
      for (let i = 0; i < 200; i++) {
        sys.write(writer, Uint8Array.of(i, i + 1), 300 * i);
        check('a write', equal(readAt(fd, 300 * i, 2), Uint8Array.of(i, i + 1)));
      }
      sys.truncate('data', 1000);
      check('cut', readAt(fd).length === 1000);
      sys.truncate('data', 5000);
      check('grown', readAt(fd).length === 5000 && readAt(fd)[4999] === 0);
      sys.appendFile('data', 'abc');
      check('appended', readAt(fd).length === 5003);
      sys.writeFile('data', 'new');
      check('written anew', sys.decode(readAt(fd)) === 'new');
    `);
  });

  it('keeps what was unlinked or replaced by a rename, and gives the new file to who opens it', async () => {
    await js(`
      sys.writeFile('data', data);
      sys.writeFile('next', 'next');
      const fd = warm('data');
      sys.rename('next', 'data');
      check('the old file', equal(readAt(fd), data));
      check('the new one', sys.readTextFile('data') === 'next');
      const gone = warm('data');
      sys.unlink('data');
      check('unlinked', sys.decode(readAt(gone)) === 'next');
      sys.writeFile('data', 'third');
      check('still', sys.decode(readAt(gone)) === 'next' && sys.readTextFile('data') === 'third');
      sys.close(fd);
      sys.close(gone);
      const again = warm('data');
      check('the third', sys.decode(readAt(again)) === 'third');
    `);
  });

  /** Lets a script get warm, then acts, then lets it go on. */
  const inTurn = async (name: string, act: () => Promise<unknown>, code: string): Promise<void> => {
    const running = js(code);
    const exists = (path: string): Promise<boolean> =>
      inode(path).then(
        () => true,
        () => false,
      );
    await expect.poll(() => exists(`ready-${name}`), { timeout: 20_000, interval: 5 }).toBe(true);
    await act();
    const home = await other.walk(other.rootIno, ['home', 'user'], false);
    const what = { mode: 0o100644, uid: 1000, gid: 1000 };
    await other.create(home.passed[2]?.ino ?? 0, `go-${name}`, what, { exclusive: true, open: false });
    await running;
  };

  it('sees what a process of another tab writes and cuts', async () => {
    await inTurn(
      'write',
      async () => other.write(await inode('data'), 5, Uint8Array.of(77)),
      `sys.writeFile('data', data);
       const fd = warm('data');
       turn('write');
       check('a write', readAt(fd)[5] === 77);`,
    );
    await inTurn(
      'cut',
      async () => other.setattr(await inode('data'), { size: 7 }),
      `sys.writeFile('data', data);
       const fd = warm('data');
       turn('cut');
       check('cut', readAt(fd).length === 7);`,
    );
  });

  it('is not what a volume that has gone to another tab may do', async () => {
    await inTurn(
      'move',
      async () => {
        here.disconnect();
        volume.close();
        serveElsewhere();
        await other.write(await inode('data'), 5, Uint8Array.of(88));
      },
      `sys.writeFile('data', data);
       const fd = warm('data');
       turn('move');
       for (let i = 0; i < 50; i++) check('moved', readAt(fd)[5] === 88);`,
    );
    expect(counts.get('pread')).toBeGreaterThan(50);
    there.disconnect();
    here.disconnect();
    volume.close();
    volume = mount();
    here.connectLocal(volume);
    join(there);
    await inTurn(
      'back',
      async () => other.write(await inode('data'), 5, Uint8Array.of(99)),
      `const fd = warm('data');
       turn('back');
       check('back', readAt(fd)[5] === 99);`,
    );
  });

  it('asks for every read of a file that somebody watches, who is told of it', async () => {
    let key = '';
    const watch = (on: boolean): void => machine.station.watches.watchedElsewhere(key, on);
    await inTurn(
      'watch',
      async () => {
        key = fileKey(root, await inode('data'));
        watch(true);
        counts.clear();
      },
      `sys.writeFile('data', data);
       const fd = warm('data');
       turn('watch');
       for (let i = 0; i < 100; i++) readAt(fd, 0, 10);`,
    );
    expect(counts.get('pread')).toBe(100);
    watch(false);
  });

  it('never mixes two states of a file', async () => {
    const running = js(`
      sys.writeFile('data', new Uint8Array(SIZE));
      const fd = warm('data');
      sys.writeFile('ready-mix', '');
      let seen = new Set();
      for (let i = 0; i < 100000 && !seen.has(200); i++) {
        const bytes = readAt(fd);
        check('the length', bytes.length === SIZE);
        const first = bytes[0];
        check('mixed', bytes.every((byte) => byte === first));
        seen.add(first);
      }
      print(seen.size);
    `);
    const found = (): Promise<boolean> =>
      inode('ready-mix').then(
        () => true,
        () => false,
      );
    await expect.poll(found, { timeout: 20_000, interval: 5 }).toBe(true);
    const data = await inode('data');
    for (let i = 1; i <= 200; i++) {
      await other.write(data, 0, new Uint8Array(65536).fill(i));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(Number(await running)).toBeGreaterThan(1);
  });

  it('works for files that are larger than the pool', async () => {
    await js(`
      const LARGE = 24 << 20;
      const block = new Uint32Array(32768);
      const fd = sys.open('large', 'w');
      for (let at = 0; at < LARGE; at += block.byteLength) {
        block.forEach((_, i) => { block[i] = at / 4 + i; });
        sys.write(fd, new Uint8Array(block.buffer));
      }
      sys.close(fd);
      const large = sys.open('large');
      const word = new Uint8Array(4);
      let at = 1;
      for (let i = 0; i < 30000; i++) {
        at = (Math.imul(at, 1103515245) + 12345) >>> 0;
        const index = at % (LARGE / 4);
        sys.readInto(large, word, index * 4);
        check('word ' + index, new Uint32Array(word.buffer)[0] === index);
      }
      sys.unlink('large');
    `);
    expect(counts.get('pread')).toBeLessThan(29_000);
  });
});
