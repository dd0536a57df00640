/**
 * A static HTTP server for the built site: node:http and nothing else.
 *
 * It sends the headers that make a page cross-origin isolated (COOP, COEP, CORP), picks a `.br` or `.gz` sibling
 * by Accept-Encoding (RFC 9110 §12.5.3), answers conditional and range requests (RFC 9110 §13, §14), and never
 * leaves its root: no listings, no dot files, no symbolic link that points outside. The workers that run guests get a
 * content security policy of their own.
 * From the command line: node scripts/serve.mjs [directory] [--port N] [--host H] [--no-isolation]
 */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMain } from './lib/main.mjs';
import { acceptedEncodings, parseRange } from './lib/negotiate.mjs';

/** @import { IncomingMessage, Server, ServerResponse } from 'node:http' */

/** @type {Readonly<Record<string, string>>} */
const MIME = {
  '.css': 'text/css; charset=utf-8',
  '.data': 'application/octet-stream',
  '.gz': 'application/gzip',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.tar': 'application/x-tar',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** The suffix of the precompressed sibling of each content coding, in order of preference. */
const SIBLINGS = /** @type {const} */ ([
  ['br', '.br'],
  ['gzip', '.gz'],
]);

/** Vite, and the image of the userland too, put eight characters of a content hash at the end of a name. */
const HASHED = /-(?:[\w-]{8}\.\w+|[0-9a-f]{8})$/;

/** What makes a page cross-origin isolated, and lets pages of other sites embed it. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** What a guest's worker may load: modules of the site, and nothing else from anywhere. docs/THREAT_MODEL.md says why. */
export const GUEST_POLICY = "default-src 'none'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval'";

/** The name that the build gives to the entry of a process's worker. */
const GUEST_ENTRY = /^process\.worker-[\w-]{8}\.js$/;

/**
 * @param {{ root: string, isolation?: boolean }} options `isolation: false` leaves COOP, COEP and CORP out.
 * @returns {Server} not yet listening
 */
export function createStaticServer({ root, isolation = true }) {
  const common = { 'X-Content-Type-Options': 'nosniff', ...(isolation ? ISOLATION : {}) };
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(common)) response.setHeader(name, value);
    answer(path.resolve(root), request, response).catch((/** @type {Error} */ error) => {
      if (response.headersSent) response.destroy(error);
      else fail(response, 500, 'Internal error');
    });
  });
}

/**
 * @param {Server} server
 * @param {number} port 0 takes any free one
 * @returns {Promise<number>} the port; rejects with EADDRINUSE when it is taken
 */
export function listen(server, port, host = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/**
 * @param {string} root
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
async function answer(root, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return fail(response, 405, 'Method not allowed');
  }
  const [pathname = '/', query] = (request.url ?? '/').split('?', 2);
  const relative = decodePath(pathname);
  if (relative === undefined) return fail(response, 400, 'Bad request');

  const target = await locate(root, relative);
  if (!target) return fail(response, 404, 'Not found');
  if (target.directory) {
    // Relative links of an index page need the slash; a protocol-relative Location must not come out of `//x`.
    const location = `${pathname.replace(/^\/+/, '/')}/${query === undefined ? '' : `?${query}`}`;
    response.setHeader('Location', location);
    return fail(response, 301, 'Moved permanently');
  }
  return sendFile(target.file, request, response);
}

/**
 * @param {string} pathname as it stands in the request line
 * @returns {string | undefined} a path relative to the root, or undefined for what no client sends in good faith
 */
function decodePath(pathname) {
  let decoded;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined;
  const parts = decoded.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return undefined;
  return parts.join('/') + (decoded.endsWith('/') && parts.length > 0 ? '/' : '');
}

/**
 * @param {string} root
 * @param {string} relative
 * @returns {Promise<{ file: string, directory: false } | { directory: true } | undefined>}
 */
async function locate(root, relative) {
  if (relative.split('/').some((part) => part.startsWith('.'))) return undefined;
  const wantsIndex = relative === '' || relative.endsWith('/');
  const file = await insideRoot(root, path.join(root, relative, wantsIndex ? 'index.html' : ''));
  if (!file) return undefined;
  const status = await stat(file);
  if (status.isFile()) return { file, directory: false };
  if (!status.isDirectory() || wantsIndex) return undefined;
  return (await insideRoot(root, path.join(file, 'index.html'))) ? { directory: true } : undefined;
}

/**
 * @param {string} root
 * @param {string} file
 * @returns {Promise<string | undefined>} the real path, when it exists and lies under the root
 */
async function insideRoot(root, file) {
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(file)]);
    return real === realRoot || real.startsWith(realRoot + path.sep) ? real : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
async function sendFile(file, request, response) {
  const { headers } = request;
  const variant = await chooseVariant(file, headers.range ? '' : (headers['accept-encoding'] ?? ''));
  const etag = `"${variant.size.toString(16)}-${Math.trunc(variant.mtimeMs).toString(16)}${variant.coding ? `-${variant.coding}` : ''}"`;
  response.setHeader('Content-Type', MIME[path.extname(file)] ?? 'application/octet-stream');
  response.setHeader('Cache-Control', HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (GUEST_ENTRY.test(path.basename(file))) response.setHeader('Content-Security-Policy', GUEST_POLICY);
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', etag);
  if (variant.coding) response.setHeader('Content-Encoding', variant.coding);

  if (matchesEtag(headers['if-none-match'], etag)) {
    response.writeHead(304).end();
    return;
  }

  const rangeApplies = headers['if-range'] === undefined || headers['if-range'] === etag;
  const range = headers.range && rangeApplies ? parseRange(headers.range, variant.size) : undefined;
  if (range === 'unsatisfiable') {
    response.setHeader('Content-Range', `bytes */${variant.size}`);
    return fail(response, 416, 'Range not satisfiable');
  }
  const { start, end } = range ?? { start: 0, end: variant.size - 1 };
  if (range) response.setHeader('Content-Range', `bytes ${start}-${end}/${variant.size}`);
  response.setHeader('Content-Length', end - start + 1);
  response.writeHead(range ? 206 : 200);
  if (request.method === 'HEAD' || variant.size === 0) {
    response.end();
    return;
  }
  const stream = createReadStream(variant.file, { start, end });
  stream.on('error', (error) => response.destroy(error));
  response.on('close', () => stream.destroy());
  stream.pipe(response);
}

/**
 * @param {string} file
 * @param {string} acceptEncoding
 * @returns {Promise<{ file: string, coding?: string, size: number, mtimeMs: number }>}
 */
async function chooseVariant(file, acceptEncoding) {
  const accepted = acceptedEncodings(acceptEncoding);
  for (const [coding, suffix] of SIBLINGS) {
    if (!accepted.has(coding)) continue;
    const status = await stat(file + suffix).catch(() => undefined);
    if (status?.isFile()) return { file: file + suffix, coding, size: status.size, mtimeMs: status.mtimeMs };
  }
  const status = await stat(file);
  return { file, size: status.size, mtimeMs: status.mtimeMs };
}

/**
 * @param {string | undefined} header If-None-Match: `*` or a list; compared weakly, as the RFC says for GET
 * @param {string} etag
 */
function matchesEtag(header, etag) {
  if (header === undefined) return false;
  return header.split(',').some((item) => item.trim() === '*' || item.trim().replace(/^W\//, '') === etag);
}

/**
 * @param {ServerResponse} response
 * @param {number} status
 * @param {string} text
 */
function fail(response, status, text) {
  for (const name of ['Content-Encoding', 'ETag', 'Accept-Ranges']) response.removeHeader(name);
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  const body = `${text}\n`;
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.writeHead(status).end(response.req.method === 'HEAD' ? undefined : body);
}

if (isMain(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '8080' },
      host: { type: 'string', default: '127.0.0.1' },
      'no-isolation': { type: 'boolean', default: false },
    },
  });
  const server = createStaticServer({ root: positionals[0] ?? 'dist', isolation: !values['no-isolation'] });
  const port = await listen(server, Number(values.port), values.host);
  console.log(`http://${values.host}:${port}/`);
}
