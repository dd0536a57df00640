// Serves a volume to the other stations of a machine: a session a client, each over its own port.
//
// A session holds what its client has open. It ends when the client's station is gone (`close`), or when the same client
// says hello on another port; what only it held open is then let go.

import { type Errno, SysError } from '../../../abi/errno.ts';
import type { Ino } from '../../vfs/filesystem.ts';
import { TabFs } from '../tabfs/tabfs.ts';
import { SUBTREES, type Subtree, type Volume } from '../tabfs/volume.ts';
import { perform } from './calls.ts';
import type { Endpoint, Hello, Request, ToClient, ToServer } from './protocol.ts';

class Session {
  /** Undefined until it has said hello. */
  client: number | undefined;
  private readonly server: VolumeServer;
  private readonly endpoint: Endpoint;
  private readonly opens = new Map<Ino, number>();
  private calls = 0;
  private closed = false;

  constructor(server: VolumeServer, endpoint: Endpoint) {
    this.server = server;
    this.endpoint = endpoint;
    endpoint.onmessage = (message) => this.receive(message as ToServer);
  }

  private receive(message: ToServer): void {
    if (this.closed) return;
    if (message.type === 'hello') this.server.greet(this, message);
    else if (message.type === 'release') this.released(message.ino);
    else this.answer(message);
  }

  private answer(request: Request): void {
    this.calls++;
    const { volume, trees } = this.server;
    let answer: ToClient;
    try {
      const fs = trees[request.subtree];
      const value = perform({ volume, fs, opened: (ino) => this.opened(ino) }, this.client as number, request);
      // The client outlives this tab: it must not know of anything that ends with it.
      volume.writeOut();
      answer = [request.seq, value];
    } catch (error) {
      answer = [request.seq, ...failure(error)];
    }
    const [, value] = answer;
    this.endpoint.post(answer, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []);
  }

  private opened(ino: Ino, count = 1): void {
    this.opens.set(ino, (this.opens.get(ino) ?? 0) + count);
  }

  private released(ino: Ino): void {
    const count = this.opens.get(ino) ?? 0;
    if (count === 0) return;
    if (count === 1) this.opens.delete(ino);
    else this.opens.set(ino, count - 1);
    this.server.volume.release(ino);
  }

  /** Keep alive what the client holds. What is gone all the same it will notice by ESTALE. */
  hold(opens: Hello['opens']): void {
    const { volume } = this.server;
    for (const [ino, count] of opens) {
      if (!volume.state.inodes.has(ino)) continue;
      for (let i = 0; i < count; i++) volume.open(ino);
      this.opened(ino, count);
    }
  }

  takeCalls(): number {
    const { calls } = this;
    this.calls = 0;
    return calls;
  }

  /** The client is gone. */
  close(): void {
    this.server.forget(this);
  }

  end(): void {
    if (this.closed) return;
    this.closed = true;
    this.endpoint.onmessage = null;
    for (const [ino, count] of this.opens) for (let i = 0; i < count; i++) this.server.volume.release(ino);
    this.opens.clear();
  }
}

const failure = (error: unknown): [Errno, string | undefined] =>
  error instanceof SysError ? [error.errno, error.detail] : ['EIO', String(error)];

export interface VolumeSession {
  /** How many calls the client has made since this was asked last. */
  takeCalls(): number;
  /** The client's station is gone. */
  close(): void;
}

export class VolumeServer {
  readonly volume: Volume;
  readonly trees: Readonly<Record<Subtree, TabFs>>;
  private readonly sessions = new Set<Session>();
  private reclaiming = false;

  constructor(volume: Volume) {
    this.volume = volume;
    const trees = (Object.keys(SUBTREES) as Subtree[]).map((name) => [name, new TabFs(volume, name)]);
    this.trees = Object.fromEntries(trees) as Record<Subtree, TabFs>;
  }

  /** Serve a client over a port. */
  attach(endpoint: Endpoint): VolumeSession {
    const session = new Session(this, endpoint);
    this.sessions.add(session);
    return session;
  }

  greet(session: Session, { client, opens }: Hello): void {
    session.hold(opens);
    // The same client on a new port: only after the new session holds its files may the old one let them go.
    for (const other of this.sessions) if (other !== session && other.client === client) this.drop(other);
    session.client = client;
    this.reclaim();
  }

  forget(session: Session): void {
    const { client } = session;
    this.drop(session);
    const remains = [...this.sessions].some((other) => other.client === client);
    if (client !== undefined && !remains) this.volume.state.replies.forget(client);
    this.reclaim();
  }

  private drop(session: Session): void {
    this.sessions.delete(session);
    session.end();
  }

  /**
   * Every client that the machine has is attached: as soon as they have all said what they hold open, what nobody
   * holds is freed, and what was kept for clients that are gone is forgotten.
   */
  reclaimOrphans(): void {
    this.reclaiming = true;
    this.reclaim();
  }

  private reclaim(): void {
    const clients = [...this.sessions].map(({ client }) => client);
    if (!this.reclaiming || clients.includes(undefined)) return;
    this.reclaiming = false;
    this.volume.reclaimOrphans();
    this.volume.state.replies.keepOnly(new Set(clients as number[]));
  }

  /** Serve nobody any more: the volume is to be served by another station. Clients will ask that one again. */
  close(): void {
    for (const session of this.sessions) this.drop(session);
  }
}
