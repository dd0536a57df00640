// The bindings that are written, by name. docs/NODE.md says how to write one.

import type { MakeBinding } from '../runtime.ts';
import { asyncContextFrame, asyncWrap } from './async-wrap.ts';
import { buffer } from './buffer.ts';
import { builtins, options } from './builtins.ts';
import { caresWrap } from './cares-wrap.ts';
import { contextify } from './contextify.ts';
import { crypto } from './crypto.ts';
import { encodingBinding, icu } from './encoding.ts';
import { errors } from './errors.ts';
import { fs } from './fs.ts';
import { fsDir } from './fs-dir.ts';
import { httpParser } from './http-parser.ts';
import { messaging } from './messaging.ts';
import { moduleWrap } from './module-wrap.ts';
import { modules } from './modules.ts';
import { os } from './os.ts';
import { credentials, processMethods } from './process-methods.ts';
import { processWrap } from './process-wrap.ts';
import { signalWrap } from './signal-wrap.ts';
import {
  config,
  internalOnlyV8,
  mksnapshot,
  performance,
  permission,
  report,
  sea,
  symbolsBinding,
  traceEvents,
  uv,
  v8,
  wasmWebApi,
  worker,
} from './small.ts';
import { pipeWrap, tcpWrap } from './sockets.ts';
import { spawnSync } from './spawn-sync.ts';
import { streamWrap } from './stream-wrap.ts';
import { stringDecoder } from './string-decoder.ts';
import { taskQueue, timers } from './task-queue.ts';
import { ttyWrap } from './tty-wrap.ts';
import { types } from './types.ts';
import { url } from './url.ts';
import { util } from './util.ts';
import { zlib } from './zlib.ts';

export const BINDINGS: Readonly<Record<string, MakeBinding>> = {
  async_context_frame: asyncContextFrame,
  async_wrap: asyncWrap,
  buffer,
  builtins,
  cares_wrap: caresWrap,
  config,
  contextify,
  credentials,
  crypto,
  encoding_binding: encodingBinding,
  errors,
  fs,
  fs_dir: fsDir,
  http_parser: httpParser,
  icu,
  internal_only_v8: internalOnlyV8,
  messaging,
  mksnapshot,
  module_wrap: moduleWrap,
  modules,
  options,
  os,
  performance,
  permission,
  pipe_wrap: pipeWrap,
  process_methods: processMethods,
  process_wrap: processWrap,
  report,
  sea,
  signal_wrap: signalWrap,
  spawn_sync: spawnSync,
  stream_wrap: streamWrap,
  string_decoder: stringDecoder,
  symbols: symbolsBinding,
  task_queue: taskQueue,
  tcp_wrap: tcpWrap,
  timers,
  trace_events: traceEvents,
  tty_wrap: ttyWrap,
  types,
  url,
  util,
  uv,
  v8,
  wasm_web_api: wasmWebApi,
  worker,
  zlib,
};
