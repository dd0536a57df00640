// Volumes of earlier versions of the format are converted when they are mounted; what cannot be read is refused.

import { expect, test } from 'vitest';
import { makeV1Volume, V1_CONTENT } from '../../../testing/suites/volume-v1.ts';
import { Journal } from '../../storage/journal.ts';
import { FORMAT_VERSION, readHeader } from '../../storage/journal-format.ts';
import { TabFs } from './tabfs.ts';
import { SUBTREES, Volume } from './volume.ts';

const mount = ([data, a, b]: ReturnType<typeof makeV1Volume>): Volume =>
  new Volume(data, new Journal([a, b]), { now: () => 1_700_000_000_000 });

const expectContent = (volume: Volume): void => {
  const root = new TabFs(volume, 'root');
  const names = root.readdir(root.rootIno, 0, 10).map(({ name, ino }) => `${name} ${ino}`);
  expect(names.sort()).toEqual(['directory 16', 'late 30', 'link 18', 'other 17']);
  const large = root.getattr(17);
  expect([large.size, large.nlink, large.uid, large.mtimeSec, large.birthNsec]).toEqual([100_000, 2, 1000, 2000, 9]);
  const bytes = new Uint8Array(100_000);
  expect(root.read(17, 0, bytes)).toBe(100_000);
  expect(bytes.every((byte, i) => byte === V1_CONTENT[i])).toBe(true);
  expect(root.readlink(18)).toBe('directory/large');
  expect(root.read(30, 0, bytes)).toBe(3);
  expect([...bytes.subarray(0, 3)]).toEqual([1, 2, 3]);
  const tmp = new TabFs(volume, 'tmp');
  expect(tmp.readdir(tmp.rootIno, 0, 10).map(({ name }) => name)).toEqual(['temporary']);
};

test('version 1 is converted with everything in it, and stays so', () => {
  const stores = makeV1Volume();
  expectContent(mount(stores));
  expect(stores.slice(1).map((store) => readHeader(store)?.version)).toEqual([1, FORMAT_VERSION]);
  const volume = mount(stores);
  expectContent(volume);
  // What lies in /tmp is no part of snapshots: nothing said so in version 1.
  const tmp = new TabFs(volume, 'tmp');
  const root = new TabFs(volume, 'root');
  root.changeSnapshots('create', 's');
  tmp.write(19, 'append', Uint8Array.of(33));
  root.unlink(SUBTREES.root.ino, 'other');
  root.changeSnapshots('rollback', 's');
  expect(tmp.getattr(19).size).toBe(6);
  expect(root.getattr(17).nlink).toBe(2);
  expectContent(volume);
  volume.close();
  expectContent(mount(stores));
});

test('version 1 is not half converted when that does not come to an end', () => {
  const [data, a, b] = makeV1Volume();
  // The checkpoint that was being written: frames, and no header yet.
  b.write(1536, new Uint8Array(100).fill(7));
  expectContent(mount([data, a, b]));
});
