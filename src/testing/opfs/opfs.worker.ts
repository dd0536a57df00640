// The volume alone, on real OPFS, for the browser tests: the suites of file systems and of stores, and a load that goes
// on until the tab is killed. No kernel, no processes: what is tried here is what the disk holds.

import * as Comlink from 'comlink';
import { browserClock, makeBreathe } from '../../host/browser-ports.ts';
import { openOpfsStores, openOpfsVolume } from '../../host/opfs-block-store.ts';
import { checkVolume } from '../../kernel/fs/tabfs/repair.ts';
import { TabFs } from '../../kernel/fs/tabfs/tabfs.ts';
import type { Volume, VolumeOptions } from '../../kernel/fs/tabfs/volume.ts';
import { Journal, type JournalOptions } from '../../kernel/storage/journal.ts';
import { Vfs } from '../../kernel/vfs/vfs.ts';
import { FS_SUITE } from '../suites/fs-suite.ts';
import { VfsSystem } from '../suites/fs-vfs.ts';
import { BLOCK_STORE_SUITE, METADATA_STORE_SUITE } from '../suites/store-suite.ts';
import { Driver } from '../suites/volume-model.ts';
import { choicesOf, modelAfter, type Round } from './load.ts';

/** How a case went; `error` is undefined when it passed. */
export interface CaseResult {
  readonly name: string;
  readonly error: string | undefined;
}

/** How far a load has come: so many operations were acknowledged, so many of them before the last `sync`. */
export interface Progress {
  readonly done: number;
  readonly synced: number;
}

/** Byte by byte in chunks of 64 bytes this one only takes long. */
const TOO_LARGE: ReadonlySet<string> = new Set(['a large file in large pieces']);

const TINY = {
  options: { geometry: { chunkSize: 64, unit: 16 }, inlineMax: 8, cache: 1000 },
  journal: { bound: 512, step: 4096 },
};
const DEFAULT = { options: {}, journal: {} };

/** A checkpoint now and then, within the operations between two crashes. */
const LOAD_JOURNAL: JournalOptions = { bound: 20_000, step: 4096 };

const folder = async (name: string): Promise<FileSystemDirectoryHandle> =>
  (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });

const remove = async (name: string): Promise<void> =>
  (await navigator.storage.getDirectory()).removeEntry(name, { recursive: true });

/** As the station has them. */
const options = (): VolumeOptions => {
  const breathe = makeBreathe();
  return { now: () => browserClock.now(), later: (act) => void breathe().then(act) };
};

const outcome = async (name: string, act: () => Promise<void> | void): Promise<CaseResult> => {
  try {
    await act();
    return { name, error: undefined };
  } catch (error) {
    return { name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

const digest = async (text: string): Promise<string> => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};

let mounted: Volume | undefined;

const trials = {
  /** Every case of the file system suite on a new volume; mounted again, the volume must still be whole. */
  async fileSystem(tiny: boolean): Promise<CaseResult[]> {
    const { options: extra, journal } = tiny ? TINY : DEFAULT;
    const results: CaseResult[] = [];
    for (const c of FS_SUITE) {
      if (tiny && TOO_LARGE.has(c.name)) continue;
      const directory = await folder('suite');
      const result = await outcome(c.name, async () => {
        const mount = (): Promise<Volume> => openOpfsVolume(directory, { ...options(), ...extra }, { journal });
        const volume = await mount();
        try {
          const fs = new VfsSystem(new Vfs(new TabFs(volume, 'root')));
          await fs.mkdir('/work');
          await fs.chdir('/work');
          await c.run(fs);
          fs.exit();
        } finally {
          volume.close();
        }
        (await mount()).close();
      });
      results.push(result);
      await remove('suite');
    }
    return results;
  },

  /** The suites of block stores and of metadata stores. */
  async stores(): Promise<CaseResult[]> {
    const results: CaseResult[] = [];
    for (const c of BLOCK_STORE_SUITE) {
      const stores = await openOpfsStores(await folder('stores'));
      results.push(await outcome(c.name, () => c.run(stores[0])));
      for (const store of stores) store.close();
      await remove('stores');
    }
    for (const c of METADATA_STORE_SUITE) {
      const stores = await openOpfsStores(await folder('stores'));
      const [, first, second] = stores;
      results.push(await outcome(c.name, () => c.run(() => new Journal([first, second]))));
      for (const store of stores) store.close();
      await remove('stores');
    }
    return results;
  },

  /** Mounts a volume for loads; what fsck says of it before, and the digest of what it holds. */
  async mount(name: string): Promise<{ readonly held: string; readonly problems: readonly string[] }> {
    const stores = await openOpfsStores(await folder(name));
    const { problems } = checkVolume(stores);
    for (const store of stores) store.close();
    mounted = await openOpfsVolume(await folder(name), options(), { journal: LOAD_JOURNAL });
    mounted.reclaimOrphans();
    return { held: await digest(new Driver(new TabFs(mounted, 'root')).dump()), problems };
  },

  /** What it holds, to be read. */
  dump(): string {
    if (mounted === undefined) throw new Error('there is no volume');
    return new Driver(new TabFs(mounted, 'root')).dump();
  },

  /** Goes on with the operations of a seed, at most so many, after those of the rounds before. Tells by messages. */
  async load(before: readonly Round[], seed: number, limit: number): Promise<void> {
    if (mounted === undefined) throw new Error('there is no volume');
    const driver = new Driver(new TabFs(mounted, 'root'));
    const model = modelAfter(before);
    const choices = choicesOf(seed);
    const breathe = makeBreathe();
    let synced = 0;
    for (let done = 1; done <= limit; done++) {
      const operation = model.resolve(choices.next().value);
      if (driver.apply(operation) !== model.apply(operation)) throw new Error(`wrong: ${JSON.stringify(operation)}`);
      if (operation.op === 'sync') synced = done;
      self.postMessage({ done, synced } satisfies Progress);
      // Some operations a turn, as many processes at once make them.
      if (done % 3 === 0) await breathe();
    }
  },
};

export type Trials = typeof trials;

Comlink.expose(trials);
