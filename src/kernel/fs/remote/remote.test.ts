// The volume over ports: a server that dies at any message is replaced by another one on the same stores. No call may be
// lost or done twice, and what was open stays open.

import { describe, expect, test } from 'vitest';
import { O, S } from '../../../abi/file.ts';
import { equal, pattern, text, untext } from '../../../testing/suites/fs-system.ts';
import { VfsSystem } from '../../../testing/suites/fs-vfs.ts';
import { MemoryBlockStore } from '../../storage/block-store.ts';
import { Journal } from '../../storage/journal.ts';
import { Vfs } from '../../vfs/vfs.ts';
import { TabFs } from '../tabfs/tabfs.ts';
import { SUBTREES, Volume } from '../tabfs/volume.ts';
import { type Endpoint, type ToServer, WINDOW } from './protocol.ts';
import { RemoteFs } from './remote-fs.ts';
import { VolumeClient } from './volume-client.ts';
import { VolumeServer, type VolumeSession } from './volume-server.ts';

const ROOT = SUBTREES.root.ino;

type Stores = readonly [MemoryBlockStore, MemoryBlockStore, MemoryBlockStore];

const blank = (): MemoryBlockStore => new MemoryBlockStore({ resident: false });
const blankStores = (): Stores => [blank(), blank(), blank()];

const mount = ([data, first, second]: Stores): Volume => {
  let clock = 1_700_000_000_000;
  const options = { now: () => clock++, geometry: { chunkSize: 64, unit: 16 }, inlineMax: 8 };
  return new Volume(data, new Journal([first, second], { bound: 600, step: 1024 }), options);
};

/** Both ends of a port. `admit` sees every message that arrives, and may let it vanish. */
const link = (admit: (toServer: boolean) => boolean): [client: Endpoint, server: Endpoint] => {
  const deliver = (to: Endpoint, toServer: boolean, message: unknown): void => {
    const copy = structuredClone(message);
    void Promise.resolve().then(() => {
      if (admit(toServer)) to.onmessage?.(copy);
    });
  };
  const client: Endpoint = { post: (message) => deliver(server, true, message), onmessage: null };
  const server: Endpoint = { post: (message) => deliver(client, false, message), onmessage: null };
  return [client, server];
};

/** A machine whose serving tab dies at a chosen message. */
class Fleet {
  readonly disk = blankStores();
  readonly client = new VolumeClient(77);
  readonly vfs = new Vfs(new RemoteFs(this.client, 'root'));
  volume = mount(this.disk);
  deaths = 0;
  messages = 0;
  private readonly dieAt: ReadonlySet<number>;

  constructor(dieAt: readonly number[]) {
    this.dieAt = new Set(dieAt);
    this.serve();
  }

  private serve(): void {
    const server = new VolumeServer(this.volume);
    let alive = true;
    const [clientEnd, serverEnd] = link(() => {
      if (!alive) return false;
      if (!this.dieAt.has(this.messages++)) return true;
      alive = false;
      this.deaths++;
      void Promise.resolve().then(() => {
        this.volume = mount(this.disk);
        this.serve();
      });
      return false;
    });
    server.attach(serverEnd);
    server.reclaimOrphans();
    this.client.connect(clientEnd);
  }
}

/** Everything that a request repeated or lost would show. */
const script = async (fs: VfsSystem): Promise<void> => {
  await fs.mkdir('d');
  const log = await fs.open('d/log', O.RDWR | O.CREAT | O.EXCL | O.APPEND);
  await Promise.all(Array.from({ length: 5 }, (_, i) => fs.append(log, text(`line ${i}\n`))));
  await fs.rename('d/log', 'log');
  await fs.symlink('log', 'd/link');
  const held = await fs.open('log', O.RDONLY);
  await fs.link('log', 'd/hard');
  await fs.unlink('log');
  await fs.unlink('d/hard');
  await fs.append(log, text('without a name\n'));
  equal(untext(await fs.pread(held, 200, 0)).split('\n').length, 7, 'lines in a file without a name');
  fs.close(log);
  const big = await fs.open('big', O.RDWR | O.CREAT);
  await fs.pwrite(big, pattern(500), 0);
  await fs.ftruncate(big, 300);
  await fs.fchmod(big, 0o600);
  fs.close(big);
  await fs.mkdir('e');
  await fs.rmdir('e');
  equal((await fs.fstat(held)).nlink, 0, 'nlink');
  fs.close(held);
};

const expectScriptDone = async (vfs: Vfs): Promise<void> => {
  const fs = new VfsSystem(vfs);
  expect([...(await fs.readdir('/'))].sort()).toEqual(['big', 'd']);
  expect(await fs.readdir('/d')).toEqual(['link']);
  expect((await fs.stat('/big')).mode & 0o7777).toBe(0o600);
  const fd = await fs.open('/big', O.RDONLY);
  expect(await fs.pread(fd, 1000, 0)).toEqual(pattern(500).subarray(0, 300));
  fs.close(fd);
  fs.exit();
};

const runScript = async (dieAt: readonly number[]): Promise<Fleet> => {
  const fleet = new Fleet(dieAt);
  const fs = new VfsSystem(fleet.vfs);
  await script(fs);
  fs.exit();
  await fleet.vfs.sync();
  await expectScriptDone(fleet.vfs);
  await fleet.vfs.sync();
  const alive = [...fleet.volume.state.inodes.values()];
  expect(alive.filter(({ opens, nlink }) => opens > 0 || nlink === 0)).toEqual([]);
  // What is on the stores is the same.
  await expectScriptDone(new Vfs(new TabFs(mount(fleet.disk), 'root')));
  return fleet;
};

describe('a volume over ports', () => {
  test('outlives the death of its server at every message', async () => {
    const { messages } = await runScript([]);
    expect(messages).toBeGreaterThan(50);
    for (let at = 0; at < messages; at++) expect((await runScript([at])).deaths, `message ${at}`).toBe(1);
  });

  test('outlives several deaths in a row', async () => {
    for (let at = 0; at < 60; at += 3) {
      const fleet = await runScript([at, at + 1, at + 2, at + 9, at + 10, at + 30]);
      expect(fleet.deaths, `message ${at}`).toBeGreaterThan(3);
    }
  });

  test('remembers across a checkpoint what a client has had done', () => {
    const disk = blankStores();
    const volume = mount(disk);
    const make = (on: Volume): number | undefined =>
      on.answering({ client: 9, seq: 1, ack: 1 }, () => {
        const what = { mode: S.IFDIR | 0o755, uid: 0, gid: 0 };
        new TabFs(on, 'root').create(ROOT, 'd', what, { exclusive: true, open: false });
      });
    expect(make(volume)).toBeUndefined();
    const { ino } = new TabFs(volume, 'root').walk(ROOT, ['d'], false).passed[1] ?? {};
    // Enough changes for several checkpoints: the record of the request itself is gone by then.
    for (let i = 0; i < 200; i++) new TabFs(volume, 'root').setattr(ROOT, { mode: 0o755 });
    expect(make(mount(disk))).toBe(ino);
  });

  test('keeps at most a window of requests in flight', async () => {
    const sent: ToServer[] = [];
    const client = new VolumeClient(1);
    const endpoint: Endpoint = { post: (message) => void sent.push(message as ToServer), onmessage: null };
    client.connect(endpoint);
    const calls = Array.from({ length: WINDOW * 2 }, (_, i) => client.call('root', 'getattr', i));
    expect(sent.filter(({ type }) => type === 'request')).toHaveLength(WINDOW);
    // The first is late: nothing behind the window may go out, however many others are answered.
    for (let seq = 2; seq <= WINDOW; seq++) endpoint.onmessage?.([seq, new Float64Array(16)]);
    expect(sent.filter(({ type }) => type === 'request')).toHaveLength(WINDOW);
    endpoint.onmessage?.([1, new Float64Array(16)]);
    expect(sent.filter(({ type }) => type === 'request')).toHaveLength(WINDOW * 2);
    for (let seq = WINDOW + 1; seq <= WINDOW * 2; seq++) endpoint.onmessage?.([seq, new Float64Array(16)]);
    await Promise.all(calls);
  });

  test('waits when nobody serves, and goes on where the volume is then', async () => {
    const client = new VolumeClient(5);
    const fs = new VfsSystem(new Vfs(new RemoteFs(client, 'root')));
    const made = [fs.mkdir('/a'), fs.mkdir('/b')];
    const opened = fs.open('/f', O.WRONLY | O.CREAT);
    const volume = mount(blankStores());
    client.connectLocal(volume);
    for (const directory of made) await directory;
    const fd = await opened;
    expect([...(await fs.readdir('/'))].sort()).toEqual(['a', 'b', 'f']);
    await fs.append(fd, text('local'));
    // Handed over to another tab: the file is still open there.
    await fs.unlink('/f');
    const server = new VolumeServer(volume);
    const [clientEnd, serverEnd] = link(() => true);
    server.attach(serverEnd);
    client.connect(clientEnd);
    await fs.append(fd, text(' and remote'));
    expect((await fs.fstat(fd)).size).toBe('local and remote'.length);
    fs.close(fd);
    fs.exit();
  });

  test('what a client held is let go when its station is gone', async () => {
    const volume = mount(blankStores());
    const server = new VolumeServer(volume);
    const connected = (id: number): { fs: VfsSystem; session: VolumeSession } => {
      const client = new VolumeClient(id);
      const [clientEnd, serverEnd] = link(() => true);
      const session = server.attach(serverEnd);
      client.connect(clientEnd);
      return { fs: new VfsSystem(new Vfs(new RemoteFs(client, 'root'))), session };
    };
    const [a, b] = [connected(1), connected(2)];
    const fd = await a.fs.open('/f', O.RDWR | O.CREAT);
    await a.fs.append(fd, pattern(1000));
    await b.fs.open('/f', O.RDONLY);
    await b.fs.unlink('/f');
    const before = volume.used;
    a.session.close();
    expect(volume.used).toBe(before);
    b.session.close();
    volume.sync();
    expect(volume.used).toBe(0);
  });

  test('orphans wait until every client has said what it holds', async () => {
    const disk = blankStores();
    const first = mount(disk);
    const client = new VolumeClient(3);
    client.connectLocal(first);
    const fs = new VfsSystem(new Vfs(new RemoteFs(client, 'root')));
    const fd = await fs.open('/f', O.RDWR | O.CREAT);
    await fs.append(fd, text('kept'));
    await fs.unlink('/f');
    client.disconnect();
    const second = mount(disk);
    const server = new VolumeServer(second);
    const [clientEnd, serverEnd] = link(() => true);
    server.attach(serverEnd);
    server.reclaimOrphans();
    expect([...second.state.inodes.values()].filter(({ nlink }) => nlink === 0)).toHaveLength(1);
    client.connect(clientEnd);
    expect(untext(await fs.pread(fd, 10, 0))).toBe('kept');
    fs.close(fd);
    await fs.stat('/');
    expect([...second.state.inodes.values()].filter(({ nlink }) => nlink === 0)).toEqual([]);
  });
});
