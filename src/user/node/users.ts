// Names of users and groups, from /etc/passwd and /etc/group.

import type { FileCalls } from './fs-calls.ts';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

export class Users {
  private readonly calls: FileCalls;
  private readonly decode: (bytes: Uint8Array) => string;

  constructor(calls: FileCalls, decode: (bytes: Uint8Array) => string) {
    this.calls = calls;
    this.decode = decode;
  }

  private lines(path: string): string[][] {
    try {
      const fd = this.calls.open(path, 0, 0);
      try {
        const text = this.decode(this.calls.readAll(fd));
        return text.split('\n').map((line) => line.split(':'));
      } finally {
        this.calls.close(fd);
      }
    } catch {
      return [];
    }
  }

  byId(uid: number): User | undefined {
    for (const [name = '', , id, gid, , home = '/', shell = ''] of this.lines('/etc/passwd'))
      if (Number(id) === uid) return { name, uid, gid: Number(gid), home, shell };
    return undefined;
  }

  idOf(name: string, kind: 'user' | 'group'): number | undefined {
    for (const [known, , id] of this.lines(kind === 'user' ? '/etc/passwd' : '/etc/group'))
      if (known === name) return Number(id);
    return undefined;
  }
}
