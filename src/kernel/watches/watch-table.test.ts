// Two stations of one machine, each with its own tree over the same volume: what one does the other is told.

import { expect, test } from 'vitest';
import { O } from '../../abi/file.ts';
import { IN } from '../../abi/inotify.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import { VfsSystem } from '../../testing/suites/fs-vfs.ts';
import { endpointPair } from '../../transport/rpc.ts';
import type { Caller } from '../fd/open-file.ts';
import { RemoteFs } from '../fs/remote/remote-fs.ts';
import { VolumeClient } from '../fs/remote/volume-client.ts';
import { VolumeServer } from '../fs/remote/volume-server.ts';
import { Volume } from '../fs/tabfs/volume.ts';
import type { KernelPort } from '../kernel-port.ts';
import type { CallContext, ServedKernel } from '../proc/serve.ts';
import { Vfs } from '../vfs/vfs.ts';
import { Cancel } from '../wait-queue.ts';
import { InotifyFile } from './inotify-file.ts';
import { type WatchCalls, WatchHub } from './watch-hub.ts';
import { WatchTable } from './watch-table.ts';

const context: CallContext = { canceled: false, onCancel: () => {} };
const caller = { sleeping: () => new Cancel() } as unknown as Caller;

class Machine {
  readonly hub = new WatchHub();
  private readonly volume = Volume.inMemory({ now: () => Date.now() });
  private readonly server = new VolumeServer(this.volume);
  private stations = 0;

  station(): Station {
    const client = new VolumeClient(++this.stations);
    const [a, b] = endpointPair();
    this.server.attach(a);
    client.connect(b);
    return new Station(this.hub, this.stations, new Vfs(new RemoteFs(client, 'root')));
  }
}

class Station {
  readonly fs: VfsSystem;
  readonly table: WatchTable;
  readonly vfs: Vfs;
  readonly file = new InotifyFile(O.NONBLOCK).retain();

  constructor(hub: WatchHub, id: number, vfs: Vfs) {
    const port = {
      notify: (op: 'watched' | 'changed', ...args: unknown[]) => {
        if (op === 'watched') this.table.watchedElsewhere(...(args as [string, boolean]));
        else this.table.deliver(...(args as [never]));
      },
    };
    const calls = hub.connect(id, () => port) as Pick<ServedKernel, WatchCalls>;
    const call = async (op: WatchCalls, ...args: unknown[]): Promise<unknown> =>
      (calls[op] as (...all: unknown[]) => unknown)(context, ...args);
    const kernel = { call, notify: (...args: Parameters<typeof call>) => void call(...args) } as unknown as KernelPort;
    this.vfs = vfs;
    this.fs = new VfsSystem(vfs);
    this.table = new WatchTable(kernel, id * 1000);
    vfs.changes.listener = this.table;
    this.table.open(this.file);
    // As a station does when it starts.
    for (const file of calls.watchedFiles(context) as string[]) this.table.watchedElsewhere(file, true);
  }

  async watch(path: string): Promise<number> {
    const { root } = this.vfs;
    const ctx = { root, cwd: root, cred: { uid: 0, gid: 0, groups: [] }, umask: 0 };
    const { fs, ino } = await this.vfs.watchable(ctx, path, { follow: true, onlyDirectory: false });
    return await this.table.add(this.file, fs, ino, IN.ALL_EVENTS);
  }

  /** What has come: watch, mask, name. */
  async events(): Promise<string[]> {
    await this.vfs.sync();
    const told: string[] = [];
    const size = this.file.pendingBytes();
    if (size === 0) return told;
    const buf = new Uint8Array(size);
    await this.file.read(caller, buf);
    for (let at = 0; at < buf.length; ) {
      const { wd, mask, len } = unpack('inotifyEvent', buf, at);
      const head = at + LAYOUT.inotifyEvent.size;
      const name = String.fromCharCode(...buf.subarray(head, head + len)).replace(/\0+$/, '');
      const names = Object.entries(IN).filter(([n, bit]) => n !== 'ALL_EVENTS' && (mask & bit) !== 0);
      told.push(`${wd} ${names.map(([n]) => n).join('|')} ${name}`.trim());
      at = head + len;
    }
    return told;
  }
}

test('a station is told what another one does to what it watches', async () => {
  const machine = new Machine();
  const [a, b] = [machine.station(), machine.station()];
  await a.fs.mkdir('/d');
  expect(await a.watch('/d')).toBe(1);
  await b.fs.mkdir('/d/sub');
  await b.fs.rename('/d/sub', '/d/other');
  await b.fs.rmdir('/d/other');
  await b.fs.chmod('/d', 0o700);
  await b.fs.mkdir('/elsewhere');
  expect(await a.events()).toEqual([
    '1 CREATE|ISDIR sub',
    '1 MOVED_FROM|ISDIR sub',
    '1 MOVED_TO|ISDIR other',
    '1 DELETE|ISDIR other',
    '1 ATTRIB|ISDIR',
  ]);
  expect(await b.events()).toEqual([]);
  await b.fs.rmdir('/d');
  expect(await a.events()).toEqual(['1 DELETE_SELF', '1 IGNORED']);
  machine.hub.assertEmpty();
});

test('a station that comes later tells as well, and one that goes is forgotten', async () => {
  const machine = new Machine();
  const a = machine.station();
  await a.fs.mkdir('/d');
  await a.watch('/d');
  const b = machine.station();
  await b.fs.mkdir('/d/x');
  expect(await a.events()).toEqual(['1 CREATE|ISDIR x']);
  machine.hub.disconnect(1);
  machine.hub.assertEmpty();
});

test('what is deleted while another station has it open is told when that closes it', async () => {
  const machine = new Machine();
  const [a, b] = [machine.station(), machine.station()];
  const fd = await b.fs.open('/f', O.CREAT | O.WRONLY);
  await a.watch('/f');
  await a.fs.unlink('/f');
  expect(await a.events()).toEqual(['1 ATTRIB']);
  b.fs.close(fd);
  await b.vfs.sync();
  await b.vfs.sync();
  expect(await a.events()).toEqual(['1 DELETE_SELF', '1 IGNORED']);
});

test('nothing goes to the kernel for what only one station sees or watches', async () => {
  const machine = new Machine();
  const [a, b] = [machine.station(), machine.station()];
  await a.watch('/');
  expect(a.table.active && b.table.active).toBe(true);
  a.file.release();
  expect(a.table.active || b.table.active).toBe(false);
  machine.hub.assertEmpty();
});
