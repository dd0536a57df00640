/**
 * What a tree like a node_modules costs the disk and the memory: 30,000 small files on a volume in this process, which counts
 * what it writes. Sizes are spread as those of real ones are (log-normal, median 1.3 KB), with a repeatable generator.
 */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TabFs } from '../src/kernel/fs/tabfs/tabfs.ts';
import { Volume } from '../src/kernel/fs/tabfs/volume.ts';
import { MemoryBlockStore } from '../src/kernel/storage/block-store.ts';
import { Journal } from '../src/kernel/storage/journal.ts';
import type { Bench } from './bench.ts';

const FILES = 30_000;
const MANY = 100_000;
const RUNS = 5;
const FILE = { mode: 0o100644, uid: 1000, gid: 1000 };
const DIRECTORY = { mode: 0o40755, uid: 1000, gid: 1000 };
const OPTIONS = { exclusive: true, open: true };

class CountingStore extends MemoryBlockStore {
  written = 0;

  constructor() {
    super({ resident: false });
  }

  override write(offset: number, bytes: Uint8Array): void {
    this.written += bytes.length;
    super.write(offset, bytes);
  }
}

class Disk {
  readonly stores = [new CountingStore(), new CountingStore(), new CountingStore()] as const;

  mount(): Volume {
    const [data, first, second] = this.stores;
    return new Volume(data, new Journal([first, second]), { now: () => Date.now() });
  }

  get size(): number {
    return this.stores.reduce((sum, { size }) => sum + size, 0);
  }

  get written(): number {
    return this.stores.reduce((sum, { written }) => sum + written, 0);
  }
}

/** Numbers in [0, 1): a linear congruential generator. */
function* random(): Generator<number, never> {
  for (let state = 12345; ; ) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Log-normal, by Box and Muller. */
function* sizes(): Generator<number, never> {
  const uniform = random();
  for (;;) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform.next().value));
    yield Math.ceil(Math.exp(7.2 + 1.4 * radius * Math.cos(2 * Math.PI * uniform.next().value)));
  }
}

/** Gives the bytes of all files. */
function makeTree(volume: Volume, files: number): number {
  const fs = new TabFs(volume, 'root');
  const size = sizes();
  let directory = fs.rootIno;
  let total = 0;
  for (let i = 0; i < files; i++) {
    if (i % 12 === 0)
      directory = fs.create(fs.rootIno, `package-${i}`, DIRECTORY, { exclusive: true, open: false }).attributes.ino;
    const { ino } = fs.create(directory, `module-${i}.js`, FILE, OPTIONS).attributes;
    const bytes = new Uint8Array(size.next().value).fill(i);
    for (let at = 0; at < bytes.length; at += 65536) fs.write(ino, at, bytes.subarray(at, at + 65536));
    fs.release(ino);
    total += bytes.length;
  }
  volume.sync();
  return total;
}

function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

export const bench: Bench = async () => {
  const disk = new Disk();
  const total = makeTree(disk.mount(), FILES);
  const many = new Disk();
  makeTree(many.mount(), MANY);
  const mounts: number[] = [];
  const before = usedHeap();
  const mounted: Volume[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    mounted.push(many.mount());
    mounts.push(performance.now() - start);
  }
  // All are alive still: what a collector has not let go yet of one would be missing from another.
  const heap = (usedHeap() - before) / mounted.reduce((sum, { state }) => sum + state.inodes.size, 0);
  return [
    {
      name: 'disk taken by 30,000 small files, for each of their bytes',
      unit: 'B',
      samples: [disk.size / total],
      goal: 1.3,
    },
    { name: 'bytes written to make them, for each of theirs', unit: 'B', samples: [disk.written / total] },
    { name: 'mounting 100,000 files from memory, in Node', unit: 'ms', samples: mounts, goal: 300 },
    { name: 'heap of an idle inode, its name included, in Node', unit: 'B', samples: [heap], goal: 300 },
  ];
};
