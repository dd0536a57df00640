/** The control of benchmarks of files: the same by a bare OPFS sync access handle and by a `Map` in a worker's memory. */
import type { Browser } from '../e2e/harness/browser.ts';

/** Milliseconds, and milliseconds of single reads. */
export interface RawTimes {
  readonly bytes: number;
  readonly write: number;
  readonly read: number;
  readonly randomRead: number;
  readonly copy: number;
  readonly create: number;
  readonly look: number;
  readonly list: number;
  readonly remove: number;
}

/** What a worker's files have and a page's do not. */
interface WorkerFile {
  createSyncAccessHandle(): Promise<{
    read(into: Uint8Array, options: { readonly at: number }): number;
    write(bytes: Uint8Array, options: { readonly at: number }): number;
    flush(): void;
    close(): void;
  }>;
}

/** Runs in a worker. */
async function measure(): Promise<RawTimes> {
  const STEP = 128 * 1024;
  const bytes = 800 * STEP;
  const timed = (act: () => void): number => {
    const start = performance.now();
    act();
    return performance.now() - start;
  };
  const root = await navigator.storage.getDirectory();
  const file = await root.getFileHandle('raw', { create: true });
  const handle = await (file as unknown as WorkerFile).createSyncAccessHandle();
  const block = new Uint8Array(STEP).map((_, i) => i * 7);
  const small = new Uint8Array(4096);
  const write = timed(() => {
    for (let at = 0; at < bytes; at += STEP) handle.write(block, { at });
    handle.flush();
  });
  const read = timed(() => {
    for (let at = 0; at < bytes; at += STEP) handle.read(block, { at });
  });
  const places = Array.from({ length: 5000 }, () => Math.floor((Math.random() * bytes) / 4096) * 4096);
  const randomRead = timed(() => {
    for (const at of places) handle.read(small, { at });
  });
  handle.close();
  await root.removeEntry('raw');
  const memory = new Uint8Array(16 << 20);
  const copy = timed(() => {
    for (const at of places) small.set(memory.subarray(at % memory.length, (at % memory.length) + 4096));
  });
  const map = new Map<string, Uint8Array>();
  const create = timed(() => {
    for (let i = 0; i < 100_000; i++) map.set(`file-number-${i}`, block.slice(0, 100));
  });
  let found = 0;
  const look = timed(() => {
    for (let i = 0; i < 100_000; i++) found += map.get(`file-number-${i}`)?.length ?? 0;
  });
  const list = timed(() => void [...map.keys()]);
  const remove = timed(() => {
    for (let i = 0; i < 10_000; i++) map.delete(`file-number-${i}`);
  });
  if (found !== 100 * 100_000) throw new Error('a file is missing');
  return {
    bytes,
    write,
    read,
    randomRead: randomRead / places.length,
    copy: copy / places.length,
    create,
    look,
    list,
    remove,
  };
}

/** On a page of the site that has neither scripts nor a policy of its own. */
export async function rawPlatform(browser: Browser, site: string): Promise<RawTimes> {
  const tab = await browser.newTab();
  await tab.goto(`${site}favicon.svg`);
  const times = await tab.evaluate(
    (source) =>
      new Promise<RawTimes>((resolve, reject) => {
        const code = `(${source})().then((times) => postMessage(times), (error) => postMessage(String(error)))`;
        const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
        worker.onmessage = ({ data }: MessageEvent<RawTimes | string>) => {
          worker.terminate();
          if (typeof data === 'string') reject(new Error(data));
          else resolve(data);
        };
        worker.onerror = ({ message }) => reject(new Error(message));
      }),
    measure.toString(),
  );
  await tab.close();
  return times;
}
