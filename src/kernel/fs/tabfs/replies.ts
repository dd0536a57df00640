// Which requests of remote clients have been done, with their results: a request that a client repeats because it never
// had the answer is then answered from here, and not done twice. Part of the volume, so that it outlives the server.
//
// A client numbers its requests and says with each which ones before it have been answered: what is kept for a client
// is bounded by the requests that it has in flight.

export interface Reply {
  readonly client: number;
  readonly seq: number;
  /** The lowest number that the client may still ask about. */
  readonly ack: number;
  readonly value: number;
}

interface Client {
  ack: number;
  readonly values: Map<number, number>;
}

export class Replies {
  private readonly clients = new Map<number, Client>();

  add({ client: id, seq, ack, value }: Reply): void {
    let client = this.clients.get(id);
    if (client === undefined) {
      client = { ack: 0, values: new Map() };
      this.clients.set(id, client);
    }
    client.values.set(seq, value);
    if (ack <= client.ack) return;
    client.ack = ack;
    for (const done of client.values.keys()) if (done < ack) client.values.delete(done);
  }

  /** The result of a request that was done; undefined when it was not. */
  find(client: number, seq: number): number | undefined {
    return this.clients.get(client)?.values.get(seq);
  }

  /** A client is gone. */
  forget(client: number): void {
    this.clients.delete(client);
  }

  /** Forget all clients but these. */
  keepOnly(clients: ReadonlySet<number>): void {
    for (const id of this.clients.keys()) if (!clients.has(id)) this.clients.delete(id);
  }

  *all(): Iterable<Reply> {
    for (const [client, { ack, values }] of this.clients) {
      for (const [seq, value] of values) yield { client, seq, ack, value };
    }
  }
}
