import { expect, test } from 'vitest';
import { type Capabilities, checkPlatform, checkStorage, missing, type ProbedDirectory } from './capabilities.ts';
import { ISOLATION_HEADERS, unsupported } from './problems.ts';

const ADDRESS = 'https://example.org/tabos/?machine=x';

const FULL = {
  isSecureContext: true,
  crossOriginIsolated: true,
  SharedArrayBuffer,
  Atomics: { waitAsync: () => undefined },
  WebAssembly,
  Worker: class {},
  SharedWorker: class {},
  navigator: { locks: {}, storage: { getDirectory: () => Promise.resolve(directory()) } },
};

function directory(): ProbedDirectory & { readonly names: Set<string> } {
  const names = new Set<string>();
  return {
    names,
    getFileHandle: async (name) => {
      names.add(name);
      return { getFile: () => Promise.resolve() };
    },
    removeEntry: async (name) => {
      names.delete(name);
    },
  };
}

async function find(scope: Parameters<typeof checkPlatform>[0]): Promise<Capabilities> {
  return { ...checkPlatform(scope), storage: await checkStorage(scope) };
}

const titles = (found: Capabilities, ephemeral = false) =>
  unsupported(missing(found, ephemeral), found, ADDRESS).items.map(({ what }) => what);

test('a browser that has everything lacks nothing, and the file of the trial is gone', async () => {
  const root = directory();
  const scope = { ...FULL, navigator: { locks: {}, storage: { getDirectory: () => Promise.resolve(root) } } };
  expect(missing(await find(scope), false)).toEqual([]);
  expect(root.names.size).toBe(0);
});

test('only the cause is told: a page without a secure connection lacks the rest because of it', async () => {
  const found = await find({
    navigator: {},
    WebAssembly,
    Worker: class {},
    SharedWorker: class {},
    Atomics: FULL.Atomics,
  });
  expect(titles(found)).toEqual(['A secure connection']);
});

test('a page that is not isolated is told the headers', async () => {
  const found = await find({ ...FULL, crossOriginIsolated: false, SharedArrayBuffer: undefined });
  const { items } = unsupported(missing(found, false), found, ADDRESS);
  expect(items.map(({ code }) => code)).toEqual([ISOLATION_HEADERS]);
});

test('storage that refuses is told in its own words, and leaves a machine that keeps nothing', async () => {
  const refusal = new DOMException('Security error when calling GetDirectory', 'SecurityError');
  const scope = { ...FULL, navigator: { locks: {}, storage: { getDirectory: () => Promise.reject(refusal) } } };
  const found = await find(scope);
  const problem = unsupported(missing(found, false), found, ADDRESS);
  expect(problem.items[0]?.detail).toBe('SecurityError: Security error when calling GetDirectory');
  expect(problem.actions[0]).toMatchObject({ kind: 'link', href: 'https://example.org/tabos/?ephemeral=1' });
  expect(missing(found, true)).toEqual([]);
});

test('blocked site data is one problem, though it refuses workers too', async () => {
  const found: Capabilities = {
    ...(await find({ ...FULL, navigator: { locks: {} } })),
    storage: { ok: false, detail: 'SecurityError' },
    sharedWorkers: { ok: false, detail: 'SecurityError' },
    webLocks: { ok: false, detail: 'SecurityError' },
  };
  expect(titles(found)).toEqual(['Storage for files']);
  const { actions } = unsupported(missing(found, false), found, ADDRESS);
  expect(actions.map(({ kind }) => kind)).toEqual(['reload']);
  // A machine that keeps nothing needs no storage, and cannot do without the workers.
  const { items } = unsupported(missing(found, true), found, ADDRESS);
  expect(items).toMatchObject([
    { what: 'Shared workers', fix: expect.stringContaining('Allow this site to keep data') },
  ]);
});
