// A station's way to the volume of its machine, wherever that is served: here (`connectLocal`), in another tab
// (`connect`), or for the moment nowhere, when calls wait. The file systems it gives (remote-fs.ts) stay the same.
//
// It knows what the station holds open and which requests have no answer yet: a new server is told the former and asked
// the latter again, in order. See protocol.ts.

import { type Errno, SysError } from '../../../abi/errno.ts';
import type { Coherence, Ino } from '../../vfs/filesystem.ts';
import type { TabFs } from '../tabfs/tabfs.ts';
import type { Subtree, Volume } from '../tabfs/volume.ts';
import { type Args, type Call, type Endpoint, type Request, type Result, type ToClient, WINDOW } from './protocol.ts';
import { VolumeServer } from './volume-server.ts';

interface Pending {
  readonly request: Request;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class VolumeClient implements Coherence {
  private readonly id: number;
  private readonly opens = new Map<Ino, number>();
  /** By number, in order: first those in flight, then those that wait for the window. */
  private readonly pending = new Map<number, Pending>();
  private nextSeq = 1;
  /** All before this number have been sent over the present connection. */
  private nextToSend = 1;
  private endpoint: Endpoint | undefined;
  private trees: Readonly<Record<Subtree, TabFs>> | undefined;
  private readonly listeners = new Set<(changed: Ino | undefined) => void>();
  private localCalls = 0;

  /** `id`: a random integer below 2^53, different for every client there ever is. */
  constructor(id: number) {
    this.id = id;
  }

  /** The trees of the volume, when it is served here. */
  local(subtree: Subtree): TabFs | undefined {
    this.localCalls++;
    return this.trees?.[subtree];
  }

  /** How many calls have been made since this was asked last, while the volume was served here. */
  takeLocalCalls(): number {
    const { localCalls } = this;
    this.localCalls = 0;
    return localCalls;
  }

  // --- connections -------------------------------------------------------------------------------------------------

  /** The volume is served at the other end of a port. */
  connect(endpoint: Endpoint): void {
    this.disconnect();
    this.endpoint = endpoint;
    endpoint.onmessage = (message) => this.receive(message as ToClient);
    endpoint.post({ type: 'hello', client: this.id, opens: [...this.opens] });
    this.nextToSend = this.oldest;
    this.send();
  }

  /** The volume is served here: calls are carried out directly. */
  connectLocal(volume: Volume): void {
    this.disconnect();
    const server = new VolumeServer(volume);
    const endpoint: Endpoint = { post: (message) => this.receive(message as ToClient), onmessage: null };
    // What is in flight is answered as for any client; the session then ends without giving up what it holds.
    server.attach(endpoint);
    endpoint.onmessage?.({ type: 'hello', client: this.id, opens: [...this.opens] });
    for (const { request } of this.pending.values()) endpoint.onmessage?.({ ...request, ack: this.oldest });
    this.trees = server.trees;
    volume.onContent = (ino) => this.tell(ino);
  }

  /** Nobody serves the volume for now: calls wait. */
  disconnect(): void {
    if (this.endpoint !== undefined) this.endpoint.onmessage = null;
    this.endpoint = undefined;
    this.trees = undefined;
    this.tell(undefined);
  }

  // --- Coherence ---------------------------------------------------------------------------------------------------

  /** While the volume is served here, all changes of it go through this station. */
  get holds(): boolean {
    return this.trees !== undefined;
  }

  listen(changed: (ino: Ino | undefined) => void): () => void {
    this.listeners.add(changed);
    return () => void this.listeners.delete(changed);
  }

  private tell(changed: Ino | undefined): void {
    for (const listener of this.listeners) listener(changed);
  }

  // --- requests ----------------------------------------------------------------------------------------------------

  private get oldest(): number {
    for (const seq of this.pending.keys()) return seq;
    return this.nextSeq;
  }

  call<C extends Call>(subtree: Subtree, call: C, ...args: Args<C>): Promise<Result<C>> {
    return new Promise((resolve, reject) => {
      const seq = this.nextSeq++;
      const request = { type: 'request', seq, ack: 0, subtree, call, args } as Request;
      this.pending.set(seq, { request, resolve: resolve as (value: unknown) => void, reject });
      this.send();
    });
  }

  /** Post what the window lets through. */
  private send(): void {
    const { endpoint, oldest } = this;
    if (endpoint === undefined) return;
    for (; this.nextToSend < Math.min(this.nextSeq, oldest + WINDOW); this.nextToSend++) {
      const pending = this.pending.get(this.nextToSend);
      if (pending !== undefined) endpoint.post({ ...pending.request, ack: oldest });
    }
  }

  private receive(answer: ToClient): void {
    const [seq] = answer;
    const pending = this.pending.get(seq);
    if (pending === undefined) return;
    this.pending.delete(seq);
    this.noteOpening(pending.request, answer);
    if (answer.length === 2) pending.resolve(answer[1]);
    else pending.reject(new SysError(answer[1] as Errno, answer[2]));
    this.send();
  }

  /** An answer that says that something is open counts at once: the next server must hear of it. */
  private noteOpening({ call, args }: Request, answer: ToClient): void {
    if (answer.length !== 2) return;
    if (call === 'walk') {
      const [, ino] = answer[1] as Result<'walk'>;
      if (ino !== undefined) this.opened(ino);
    } else if (call === 'open') {
      this.opened((args as Args<'open'>)[0]);
    } else if (call === 'create' && (args as Args<'create'>)[3].open) {
      const [packed] = answer[1] as Result<'create'>;
      this.opened(packed[0] as Ino);
    }
  }

  // --- what is open ------------------------------------------------------------------------------------------------

  /** One more opening of an inode. */
  opened(ino: Ino): void {
    this.opens.set(ino, (this.opens.get(ino) ?? 0) + 1);
  }

  release(ino: Ino): void {
    const count = this.opens.get(ino) ?? 0;
    if (count === 0) return;
    if (count === 1) this.opens.delete(ino);
    else this.opens.set(ino, count - 1);
    if (this.trees !== undefined) this.trees.root.release(ino);
    else this.endpoint?.post({ type: 'release', ino });
  }
}
