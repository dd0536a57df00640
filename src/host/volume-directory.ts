// The kernel's side of who serves the volume: brings every station together with the station that serves, and asks that
// one to give the volume up when another one should have it (kernel/fs/remote/serving-policy.ts).

import { ServingPolicy } from '../kernel/fs/remote/serving-policy.ts';
import type { Clock } from '../kernel/ports.ts';
import type { RpcPeer } from '../transport/rpc.ts';
import type { PageState } from './control.ts';
import type { HostKernelOps, HostStationOps } from './host-link.ts';

type StationPeer = RpcPeer<HostStationOps, HostKernelOps>;

export class VolumeDirectory {
  private readonly clock: Clock;
  private readonly policy: ServingPolicy;
  private readonly stations = new Map<number, StationPeer>();
  private server: number | undefined;
  private mounted = false;
  private cancelTimer: () => void = () => {};

  constructor(clock: Clock) {
    this.clock = clock;
    this.policy = new ServingPolicy(() => clock.now());
  }

  add(station: number, peer: StationPeer): void {
    this.stations.set(station, peer);
    this.policy.add(station);
    if (this.server !== undefined) this.connect(station);
  }

  /** The station's tab is gone. If it served, the next one that gets the lock will call `serving`. */
  remove(station: number): void {
    this.stations.delete(station);
    this.policy.remove(station);
    if (this.server === station) this.server = undefined;
    else if (this.server !== undefined) this.stations.get(this.server)?.notify('volumeLeave', station);
  }

  // --- from the stations -------------------------------------------------------------------------------------------

  /** The station could serve: should it? */
  mayServe(station: number): boolean {
    return this.policy.mayServe(station);
  }

  serving(station: number): void {
    this.server = station;
    this.policy.serves(station);
    for (const id of this.stations.keys()) this.connect(id);
    this.stations.get(station)?.notify('volumeComplete');
    this.settle();
  }

  left(station: number): void {
    this.policy.left(station);
    if (this.server === station) this.server = undefined;
  }

  page(station: number, state: PageState): void {
    this.policy.page(station, { visible: state === 'visible', away: state === 'away' });
    this.settle();
  }

  /** How many calls were made in the last period: by the station that serves, and by each of the others. */
  calls(station: number, own: number, others: readonly (readonly [station: number, calls: number])[]): void {
    if (station !== this.server) return;
    this.policy.report([[station, own], ...others]);
    this.settle();
  }

  firstMount(): boolean {
    const first = !this.mounted;
    this.mounted = true;
    return first;
  }

  // -----------------------------------------------------------------------------------------------------------------

  /** Let the volume move if it should. */
  private settle(): void {
    this.cancelTimer();
    if (this.server === undefined) return;
    if (this.policy.successor() !== undefined) this.stations.get(this.server)?.notify('volumeYield');
    const ms = this.policy.changesIn;
    if (ms !== undefined) this.cancelTimer = this.clock.after(ms, () => this.settle());
  }

  private connect(station: number): void {
    const server = this.server === undefined ? undefined : this.stations.get(this.server);
    const client = this.stations.get(station);
    if (server === undefined || client === undefined || client === server) return;
    const { port1, port2 } = new MessageChannel();
    server.transfer([port1], 'volumeServe', station, port1);
    client.transfer([port2], 'volumePort', port2);
  }
}
