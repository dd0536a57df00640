/**
 * What a script that runs as a process can reach of its worker: nothing of the network, of storage, of other workers and
 * pages, or of the worker's own messages, by any name the browser has. See src/user/js/lockdown.ts.
 */
import { createServer } from 'node:http';
import { listen } from '../scripts/serve.mjs';
import { expect, test } from './harness/fixtures.ts';

/** Everything by which a worker reaches out, in any browser. */
const POWERS = `fetch XMLHttpRequest WebSocket WebSocketStream WebTransport EventSource importScripts indexedDB caches
  cookieStore BroadcastChannel Worker SharedWorker ServiceWorker navigator postMessage close MessageChannel MessagePort
  onmessage addEventListener dispatchEvent reportError name location origin RTCPeerConnection RTCDataChannel FileReader
  FileReaderSync Blob File FileSystemHandle FileSystemSyncAccessHandle StorageManager LockManager Request Response
  Notification ReadableStream OffscreenCanvas ImageBitmap createImageBitmap requestAnimationFrame scheduler
  PerformanceObserver EventTarget Event AbortController setImmediate`.split(/\s+/);

/** Prints the platform objects that the values of the global object lead to. */
const WALK = `
  const seen = new Set(), found = [];
  for (let o = globalThis; o !== Object.prototype; o = Reflect.getPrototypeOf(o)) seen.add(o);
  const visit = (value, path) => {
    if (Object(value) !== value || seen.has(value)) return;
    seen.add(value);
    if (/Worker|Port|Event|Storage|Navigator|Cache|Crypto|Performance/.test(Object.prototype.toString.call(value))) found.push(path);
    for (const key of Reflect.ownKeys(value)) {
      const { value: held, get, set } = Reflect.getOwnPropertyDescriptor(value, key);
      for (const part of [held, get, set]) visit(part, path + "." + String(key));
    }
    visit(Reflect.getPrototypeOf(value), path + ".[[Prototype]]");
  };
  for (const key of Reflect.ownKeys(globalThis)) visit(globalThis[key], String(key));
  print(found.join("\\n"));`;

test('a script finds no power of its worker', async ({ openTerminal }) => {
  const terminal = await openTerminal({ ephemeral: true });
  const output = async (code: string): Promise<string> => {
    const { stdout, stderr, exitCode } = await terminal.exec(`js -e '${code.replaceAll("'", `'\\''`)}'`);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    return stdout.trim();
  };
  expect(await output(`print(${JSON.stringify(POWERS)}.filter((name) => name in globalThis).join(" "))`)).toBe('');
  expect(await output('print(Function("return typeof fetch")(), (0, eval)("typeof Worker"))')).toBe(
    'undefined undefined',
  );
  expect(await output(WALK)).toBe('');
});

test('a script loads no code from elsewhere', async ({ openTerminal }) => {
  const served: string[] = [];
  const elsewhere = createServer((request, response) => {
    served.push(request.url ?? '');
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.setHeader('Content-Type', 'text/javascript');
    response.end('export default 1');
  });
  const port = await listen(elsewhere, 0);
  try {
    const terminal = await openTerminal({ ephemeral: true });
    for (const address of ['data:text/javascript,export default 1', `http://127.0.0.1:${port}/code.js`]) {
      const script = `const awake = setInterval(() => {}, 20);
        import(${JSON.stringify(address)}).then(() => print("loaded"), () => print("refused")).finally(() => clearInterval(awake))`;
      expect(await terminal.exec(`js -e '${script}'`), address).toMatchObject({ stdout: 'refused\n', exitCode: 0 });
    }
  } finally {
    elsewhere.close();
  }
  expect(served).toEqual([]);
});
