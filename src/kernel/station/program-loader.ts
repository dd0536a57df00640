// From a path to something a worker can run: execve(2)'s reading of the file.
//
// A file is a WebAssembly module, a script (`#!interpreter [argument]`, up to four deep), or names a program of the
// runtime itself (`\0tabos:NAME`). Anything else is ENOEXEC, which a shell takes for a script of its own. Compiled
// modules are kept by the identity of the file, so that a program compiles once a tab.

import { SysError } from '../../abi/errno.ts';
import { ACCESS, isDirectory, isRegular, O } from '../../abi/file.ts';
import type { Program } from '../../abi/program.ts';
import { byteString, packStrings, unpackStrings } from '../../base/bytes.ts';
import type { Compile } from '../ports.ts';
import type { Opened, Vfs } from '../vfs/vfs.ts';
import type { Task } from './task.ts';

export interface LoadedProgram {
  readonly program: Program;
  /** With the interpreter's arguments in front, for a script. */
  readonly argv: Uint8Array;
  readonly path: string;
}

const SCRIPT_DEPTH = 4;
/** BINPRM_BUF_SIZE of Linux: what is read of a file. Of a `#!` line without its end the last byte does not count. */
const LINE_MAX = 256;
const BUILTIN = '\0tabos:';
const WASM_MAGIC = '\0asm';
const READ_CHUNK = 1 << 20;
/** Compiled modules that are kept. */
const CACHE_MAX = 256;

export class ProgramLoader {
  private readonly vfs: Vfs;
  private readonly compile: Compile;
  private readonly modules = new Map<string, Promise<Program>>();

  constructor(vfs: Vfs, compile: Compile) {
    this.vfs = vfs;
    this.compile = compile;
  }

  /** Errors: those of the path, EACCES, ENOEXEC, ELOOP (scripts too deep). */
  async load(task: Task, path: string, argv: Uint8Array, depth = 0): Promise<LoadedProgram> {
    await this.vfs.access(task, task.cwd, path, ACCESS.X_OK, 0);
    // Execution needs no right to read.
    const reader = { root: task.root, cwd: task.cwd, cred: { uid: 0, gid: 0, groups: [] }, umask: 0, caller: task };
    const opened = await this.vfs.open(reader, task.cwd, path, O.RDONLY | O.NONBLOCK, 0);
    try {
      if (isDirectory(opened.attributes.mode) || !isRegular(opened.attributes.mode)) throw new SysError('EACCES');
      const head = new Uint8Array(LINE_MAX);
      const n = await opened.node.fs.read(opened.node.ino, 0, head);
      const start = byteString(head.subarray(0, n));
      if (start.startsWith(WASM_MAGIC)) return { program: await this.module(opened), argv, path: opened.node.path };
      if (start.startsWith(BUILTIN)) {
        const name = start.slice(BUILTIN.length).split('\n', 1)[0] ?? '';
        return { program: { kind: 'builtin', name }, argv, path: opened.node.path };
      }
      if (!start.startsWith('#!')) throw new SysError('ENOEXEC');
      if (depth >= SCRIPT_DEPTH) throw new SysError('ELOOP');
      const { interpreter, argument } = parseScriptLine(start);
      const rest = unpackStrings(argv).slice(1);
      const args = [interpreter, ...(argument === undefined ? [] : [argument]), path, ...rest];
      return await this.load(task, interpreter, packStrings(args), depth + 1);
    } finally {
      opened.node.release();
    }
  }

  private module({ node, attributes }: Opened): Promise<Program> {
    const { size, mtimeSec, mtimeNsec, ctimeSec, ctimeNsec } = attributes;
    const key = [node.mount.dev, attributes.ino, size, mtimeSec, mtimeNsec, ctimeSec, ctimeNsec].join(':');
    let program = this.modules.get(key);
    if (program === undefined) {
      program = this.read(node, size)
        .then((bytes) => this.compile(bytes).catch(notExecutable))
        .then((module) => ({ kind: 'wasm', module }) as const);
      // A failure is not kept: the next try may find a network again.
      program.catch(() => this.modules.delete(key));
      const oldest = this.modules.keys().next();
      if (this.modules.size >= CACHE_MAX && oldest.done !== true) this.modules.delete(oldest.value);
      this.modules.set(key, program);
    }
    return program;
  }

  private async read(node: Opened['node'], size: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const n = await node.fs.read(node.ino, at, bytes.subarray(at, at + READ_CHUNK));
      if (n === 0) throw new SysError('ENOEXEC', 'the file became shorter');
      at += n;
    }
    return bytes;
  }
}

/** The bytes are no valid module. */
const notExecutable = (error: unknown): never => {
  throw new SysError('ENOEXEC', error instanceof Error ? error.message : String(error));
};

/** `#! interpreter [argument]`: the argument is the rest of the line, without surrounding blanks. */
const parseScriptLine = (start: string): { interpreter: string; argument: string | undefined } => {
  const end = start.indexOf('\n');
  const line = start.slice(2, end < 0 ? LINE_MAX - 1 : end).replace(/^[ \t]+|[ \t]+$/g, '');
  const match = /^([^ \t]+)(?:[ \t]+(.*))?$/s.exec(line);
  const interpreter = match?.[1];
  if (interpreter === undefined || (end < 0 && start.length === LINE_MAX && match?.[2] === undefined)) {
    throw new SysError('ENOEXEC', 'malformed #! line');
  }
  return { interpreter, argument: match?.[2] };
};
