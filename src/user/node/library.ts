// Node's own JavaScript library, as scripts/ports/node.mjs takes it from the pinned binary: files of the image.
//
// The start bundle holds what every process needs, and before that one line of JSON: the tables of the native side, and
// where in which bundle each source is. Of the others only the sources that are asked for are read. All are read by
// system calls, so each is fetched when it is first used.

import { AT, O } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import { TRANSFER_MAX } from '../../transport/channel.ts';
import type { SyscallClient } from '../../transport/client.ts';

const START = 'start';
const pathOf = (bundle: string): string => `/usr/lib/node/${bundle}.bundle`;
const NEWLINE = 10;

type Places = Readonly<Record<string, Readonly<Record<string, readonly [offset: number, length: number]>>>>;

interface Place {
  readonly bundle: string;
  readonly offset: number;
  readonly length: number;
}

/** An option of the command line as the native side describes it. */
export interface OptionInfo {
  readonly helpText: string;
  readonly envVarSettings: number;
  readonly type: number;
  readonly defaultIsTrue: boolean;
}

/** What the native side of Node supplies beside functions. */
export interface Tables {
  readonly bindings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly privateSymbols: readonly string[];
  readonly symbols: readonly (readonly [key: string, description: string])[];
  readonly errorMap: readonly (readonly [errno: number, text: readonly [name: string, message: string]])[];
  readonly options: {
    readonly infos: readonly (readonly [name: string, info: OptionInfo])[];
    readonly aliases: readonly (readonly [name: string, expansion: readonly string[]])[];
    readonly values: Readonly<Record<string, unknown>>;
  };
  readonly process: {
    readonly version: string;
    readonly versions: Readonly<Record<string, string>>;
    readonly release: Readonly<Record<string, string>>;
    readonly config: string;
  };
}

export class Library {
  readonly tables: Tables;
  private readonly client: SyscallClient;
  private readonly decode: (bytes: Uint8Array) => string;
  private readonly start: Uint8Array;
  private readonly places: ReadonlyMap<string, Place>;

  /** Throws SysError when the library is not on the machine. */
  constructor(client: SyscallClient, decode: (bytes: Uint8Array) => string) {
    this.client = client;
    this.decode = decode;
    const bytes = this.readAll(pathOf(START));
    const end = bytes.indexOf(NEWLINE);
    const { places, ...tables } = JSON.parse(decode(bytes.subarray(0, end))) as Tables & { places: Places };
    this.start = bytes.subarray(end + 1);
    this.tables = tables;
    this.places = new Map(
      Object.entries(places).flatMap(([bundle, ids]) =>
        Object.entries(ids).map(([id, [offset, length]]) => [id, { bundle, offset, length }] as const),
      ),
    );
  }

  /** The names of all modules. */
  get ids(): string[] {
    return [...this.places.keys()];
  }

  /** The source of a module; undefined when there is none of this name. */
  source(id: string): string | undefined {
    const place = this.places.get(id);
    if (place === undefined) return undefined;
    const { bundle, offset, length } = place;
    if (bundle === START) return this.decode(this.start.subarray(offset, offset + length));
    return this.decode(this.readPart(pathOf(bundle), offset, length));
  }

  private readAll(path: string): Uint8Array {
    const stat = new Uint8Array(LAYOUT.stat.size);
    this.client.call('stat', AT.FDCWD, path, 0, stat);
    return this.readPart(path, 0, unpack('stat', stat).size);
  }

  private readPart(path: string, offset: number, length: number): Uint8Array {
    const fd = this.client.call('open', AT.FDCWD, path, O.RDONLY | O.CLOEXEC, 0);
    try {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const part = bytes.subarray(done, Math.min(length, done + TRANSFER_MAX));
        const n = this.client.call('pread', fd, part, offset + done);
        if (n === 0) break;
        done += n;
      }
      return done === length ? bytes : bytes.slice(0, done);
    } finally {
      this.client.call('close', fd);
    }
  }
}
