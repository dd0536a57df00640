// The kernel's side of who serves the volume: brings every station together with the station that serves.

import type { RpcPeer } from '../transport/rpc.ts';
import type { HostKernelOps, HostStationOps } from './host-link.ts';

type StationPeer = RpcPeer<HostStationOps, HostKernelOps>;

export class VolumeDirectory {
  private readonly stations = new Map<number, StationPeer>();
  private server: number | undefined;
  private mounted = false;

  add(station: number, peer: StationPeer): void {
    this.stations.set(station, peer);
    if (this.server !== undefined) this.connect(station);
  }

  /** The station's tab is gone. If it served, the next one that gets the lock will call `serving`. */
  remove(station: number): void {
    this.stations.delete(station);
    if (this.server === station) this.server = undefined;
    else if (this.server !== undefined) this.stations.get(this.server)?.notify('volumeLeave', station);
  }

  serving(station: number): void {
    this.server = station;
    for (const id of this.stations.keys()) this.connect(id);
    this.stations.get(station)?.notify('volumeComplete');
  }

  firstMount(): boolean {
    const first = !this.mounted;
    this.mounted = true;
    return first;
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
