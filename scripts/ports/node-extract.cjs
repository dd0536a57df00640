/**
 * Run by the pinned Node binary itself (--expose-internals): writes the sources of its JavaScript library and the tables
 * of its native side into the folder that is its argument. See node.mjs, which runs it.
 *
 * A bundle is sources one after another, in UTF-8. The start bundle begins with a line of JSON: the tables, and where
 * each source is, {"places": {"start": {"fs": [offset, length], ...}, "rest": {...}, "amaro": {...}}}, from the byte
 * after that line in the start bundle. Comments are taken out of the sources but every token keeps its line, so that the
 * places in a stack trace are those of the original.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { internalBinding } = require('internal/test/binding');
const acorn = require('internal/deps/acorn/acorn/dist/acorn');

/** All bindings. */
const BINDINGS = `
  async_context_frame async_wrap blob block_list buffer builtins cares_wrap config constants contextify
  credentials crypto encoding_binding errors fs fs_dir fs_event_wrap heap_utils http2 http_parser icu inspector
  locks js_stream js_udp_wrap messaging mksnapshot module_wrap modules options os performance permission pipe_wrap
  process_methods process_wrap profiler report sea serdes signal_wrap spawn_sync sqlite stream_pipe stream_wrap
  string_decoder symbols task_queue tcp_wrap timers tls_wrap trace_events tty_wrap types udp_wrap url
  url_pattern util uv v8 wasi wasm_web_api watchdog webstorage worker zlib
`
  .trim()
  .split(/\s+/);

/** Not data of the library: sources, and what is made anew for every process. */
const LEAVE_OUT = new Set(['builtins.natives', 'async_wrap.execution_async_resources']);

/**
 * What of a value can be written down: numbers, strings, booleans, and lists and objects of them.
 * @param {unknown} value
 * @returns {unknown} undefined for everything else
 */
function plain(value) {
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return value;
  if (typeof value !== 'object' || ArrayBuffer.isView(value)) return undefined;
  if (Array.isArray(value)) return value.map(plain);
  const entries = Object.entries(value).map(([key, item]) => [key, plain(item)]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

function tables() {
  const all = {};
  for (const name of BINDINGS) {
    const binding = internalBinding(name);
    const kept = Object.entries(binding).filter(([key]) => !LEAVE_OUT.has(`${name}.${key}`));
    const functions = kept.filter(([, value]) => typeof value === 'function').map(([key]) => key);
    all[name] = { ...plain(Object.fromEntries(kept)), functions };
  }
  const util = internalBinding('util');
  const info = internalBinding('options').getCLIOptionsInfo();
  return {
    bindings: all,
    privateSymbols: Object.keys(util.privateSymbols),
    symbols: Object.entries(internalBinding('symbols')).map(([key, symbol]) => [key, symbol.description]),
    errorMap: [...internalBinding('uv').getErrorMap()],
    options: {
      infos: [...info.options].map(([name, option]) => [name, plain(option)]),
      aliases: [...info.aliases],
      // Without the options of this very run.
      values: {
        ...plain(internalBinding('options').getCLIOptionsValues()),
        '--warnings': true,
        '--expose-internals': false,
      },
    },
    process: {
      version: process.version,
      versions: process.versions,
      release: { name: process.release.name, lts: process.release.lts },
      config: internalBinding('builtins').config,
    },
  };
}

/**
 * @param {string} id
 * @param {string} source
 */
function withoutComments(id, source) {
  const cuts = [];
  const options = { ecmaVersion: 'latest', allowReturnOutsideFunction: true, allowAwaitOutsideFunction: true };
  try {
    acorn.parse(source, {
      ...options,
      sourceType: 'script',
      onComment: (_block, _text, start, end) => cuts.push([start, end]),
    });
  } catch (error) {
    throw new Error(`${id}: ${error.message}`);
  }
  let out = '';
  let at = 0;
  for (const [start, end] of cuts) {
    out += source.slice(at, start);
    const comment = source.slice(start, end);
    // Between two tokens something has to stay.
    out += comment.startsWith('/*') && !comment.includes('\n') ? ' ' : comment.replace(/[^\n]/g, '');
    at = end;
  }
  out += source.slice(at);
  return out.replace(/[ \t]+$/gm, '');
}

/**
 * @param {string[]} ids
 * @param {Record<string, string>} sources
 */
function join(ids, sources) {
  const places = {};
  const parts = [];
  let offset = 0;
  for (const id of ids) {
    const bytes = Buffer.from(withoutComments(id, sources[id]));
    places[id] = [offset, bytes.length];
    parts.push(bytes);
    offset += bytes.length;
  }
  return { places, bytes: Buffer.concat(parts) };
}

function main() {
  const [folder, ...start] = process.argv.slice(2);
  const sources = Object.fromEntries(
    Object.entries(internalBinding('builtins').natives).filter(
      // V8's profile processor is an ECMAScript module, and there are no profiles.
      ([id, source]) => typeof source === 'string' && !id.startsWith('internal/deps/v8/'),
    ),
  );
  const first = new Set(start);
  const bundleOf = (/** @type {string} */ id) => {
    if (first.has(id)) return 'start';
    return id.startsWith('internal/deps/amaro/') ? 'amaro' : 'rest';
  };
  const bundle = (/** @type {string} */ name) =>
    join(
      Object.keys(sources).filter((id) => bundleOf(id) === name),
      sources,
    );
  const bundles = { start: bundle('start'), rest: bundle('rest'), amaro: bundle('amaro') };
  const places = Object.fromEntries(Object.entries(bundles).map(([name, made]) => [name, made.places]));
  const head = Buffer.from(`${JSON.stringify({ ...tables(), places })}\n`);
  fs.writeFileSync(path.join(folder, 'node-start.txt'), Buffer.concat([head, bundles.start.bytes]));
  for (const name of ['rest', 'amaro']) fs.writeFileSync(path.join(folder, `node-${name}.txt`), bundles[name].bytes);
}

main();
