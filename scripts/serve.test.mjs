import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStaticServer, GUEST_POLICY, listen } from './serve.mjs';

/** @type {string} */
let folder;
/** @type {import('node:http').Server} */
let server;
/** @type {number} */
let port;

const WASM = Buffer.from('\0asm\x01\0\0\0and some more bytes');

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'serve-'));
  const root = path.join(folder, 'root');
  await mkdir(path.join(root, 'sub/empty'), { recursive: true });
  await mkdir(path.join(root, 'assets'));
  await writeFile(path.join(folder, 'secret.txt'), 'secret');
  await writeFile(path.join(root, 'index.html'), '<!doctype html>root');
  await writeFile(path.join(root, 'sub/index.html'), '<!doctype html>sub');
  await writeFile(path.join(root, '.hidden'), 'hidden');
  await writeFile(path.join(root, 'empty.txt'), '');
  await writeFile(path.join(root, 'program.wasm'), WASM);
  await writeFile(path.join(root, 'program.wasm.br'), 'brotli bytes');
  await writeFile(path.join(root, 'program.wasm.gz'), 'gzip bytes');
  await writeFile(path.join(root, 'assets/main-B1_c-3d9.js'), 'export {};');
  await writeFile(path.join(root, 'assets/process.worker-B1_c-3d9.js'), 'export {};');
  await symlink(path.join(folder, 'secret.txt'), path.join(root, 'link.txt'));
  server = createStaticServer({ root });
  port = await listen(server, 0);
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/**
 * A request whose path goes out exactly as given: fetch would normalise `..` away.
 *
 * @param {string} pathname
 * @param {Record<string, string>} [headers]
 * @returns {Promise<{ status: number | undefined, headers: import('node:http').IncomingHttpHeaders, body: string }>}
 */
function get(pathname, headers = {}, method = 'GET', toPort = port) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: toPort, path: pathname, method, headers }, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      response.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('latin1'),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('headers', () => {
  test('every answer isolates, errors too', async () => {
    for (const pathname of ['/', '/program.wasm', '/absent']) {
      const { headers } = await get(pathname);
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
      expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
      expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
    }
  });

  test('isolation can be left out', async () => {
    const plain = createStaticServer({ root: path.join(folder, 'root'), isolation: false });
    const plainPort = await listen(plain, 0);
    const { status, headers } = await get('/', {}, 'GET', plainPort);
    plain.close();
    expect(status).toBe(200);
    expect(Object.keys(headers).filter((name) => name.startsWith('cross-origin'))).toEqual([]);
  });

  test('the worker of a guest may load modules of the site and nothing else', async () => {
    const { headers } = await get('/assets/process.worker-B1_c-3d9.js');
    expect(headers['content-security-policy']).toBe(GUEST_POLICY);
    expect((await get('/assets/main-B1_c-3d9.js')).headers['content-security-policy']).toBeUndefined();
  });

  test('types', async () => {
    expect((await get('/')).headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await get('/program.wasm')).headers['content-type']).toBe('application/wasm');
    expect((await get('/assets/main-B1_c-3d9.js')).headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  test('hashed names are immutable, others are revalidated', async () => {
    expect((await get('/assets/main-B1_c-3d9.js')).headers['cache-control']).toContain('immutable');
    const first = await get('/program.wasm');
    expect(first.headers['cache-control']).toBe('no-cache');
    const again = await get('/program.wasm', { 'If-None-Match': `"other", W/${first.headers.etag}` });
    expect([again.status, again.body]).toEqual([304, '']);
    expect((await get('/program.wasm', { 'If-None-Match': '"other"' })).status).toBe(200);
  });
});

describe('content coding', () => {
  test.each([
    ['br, gzip', 'br', 'brotli bytes'],
    ['gzip', 'gzip', 'gzip bytes'],
    ['gzip, br;q=0', 'gzip', 'gzip bytes'],
    ['*', 'br', 'brotli bytes'],
    ['identity', undefined, WASM.toString('latin1')],
    ['', undefined, WASM.toString('latin1')],
  ])('Accept-Encoding: %s', async (accept, coding, body) => {
    const answer = await get('/program.wasm', { 'Accept-Encoding': accept });
    expect(answer.headers['content-encoding']).toBe(coding);
    expect(answer.headers['content-type']).toBe('application/wasm');
    expect(answer.headers.vary).toBe('Accept-Encoding');
    expect(answer.body).toBe(body);
  });

  test('each coding has its own tag', async () => {
    const tags = ['br', 'gzip', ''].map(
      async (accept) => (await get('/program.wasm', { 'Accept-Encoding': accept })).headers.etag,
    );
    expect(new Set(await Promise.all(tags)).size).toBe(3);
  });
});

describe('ranges', () => {
  const whole = WASM.toString('latin1');
  test.each([
    ['bytes=0-3', 206, whole.slice(0, 4), `bytes 0-3/${WASM.length}`],
    ['bytes=4-', 206, whole.slice(4), `bytes 4-${WASM.length - 1}/${WASM.length}`],
    ['bytes=-5', 206, whole.slice(-5), `bytes ${WASM.length - 5}-${WASM.length - 1}/${WASM.length}`],
    ['bytes=0-99999', 206, whole, `bytes 0-${WASM.length - 1}/${WASM.length}`],
    ['bytes=3-2', 200, whole, undefined],
    ['bytes=0-1,3-4', 200, whole, undefined],
    ['lines=0-1', 200, whole, undefined],
    ['bytes=99999-', 416, 'Range not satisfiable\n', `bytes */${WASM.length}`],
    ['bytes=-0', 416, 'Range not satisfiable\n', `bytes */${WASM.length}`],
  ])('%s', async (range, status, body, contentRange) => {
    const answer = await get('/program.wasm', { Range: range, 'Accept-Encoding': 'br' });
    expect([answer.status, answer.body, answer.headers['content-range']]).toEqual([status, body, contentRange]);
  });

  test('If-Range with an old tag gets the whole file', async () => {
    const { headers } = await get('/program.wasm');
    const range = { Range: 'bytes=0-3' };
    expect((await get('/program.wasm', { ...range, 'If-Range': String(headers.etag) })).status).toBe(206);
    expect((await get('/program.wasm', { ...range, 'If-Range': '"old"' })).status).toBe(200);
  });
});

describe('paths', () => {
  test.each([
    ['/', 200],
    ['/?query=1', 200],
    ['/sub/', 200],
    ['/sub/empty/', 404],
    ['/sub/empty', 404],
    ['/absent', 404],
    ['/program.wasm/', 404],
    ['/empty.txt', 200],
    ['/../secret.txt', 400],
    ['/sub/../../secret.txt', 400],
    ['/%2e%2e/secret.txt', 400],
    ['/..%2fsecret.txt', 400],
    ['/%2e%2e%5csecret.txt', 400],
    ['/link.txt', 404],
    ['/.hidden', 404],
    ['/%00', 400],
    ['/%zz', 400],
  ])('%s is answered with %i', async (pathname, status) => {
    const answer = await get(pathname);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('secret');
  });

  test('a folder without its slash is redirected inside the site', async () => {
    const answer = await get('/sub?x=1');
    expect([answer.status, answer.headers.location]).toEqual([301, '/sub/?x=1']);
    expect((await get('//sub')).headers.location).toBe('/sub/');
  });
});

describe('methods', () => {
  test('HEAD is GET without the body', async () => {
    const answer = await get('/program.wasm', {}, 'HEAD');
    expect([answer.status, answer.body, answer.headers['content-length']]).toEqual([200, '', String(WASM.length)]);
    expect(await get('/absent', {}, 'HEAD')).toMatchObject({ status: 404, body: '' });
  });

  test('others are refused by name', async () => {
    const answer = await get('/', {}, 'POST');
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

test('a taken port is an error', async () => {
  await expect(listen(createStaticServer({ root: folder }), port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
