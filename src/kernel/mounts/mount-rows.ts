// What has been mounted by mount(2) since the machine was booted: kept by the kernel, so that every station, also one that
// comes later, puts the same into its tree.

import { SysError } from '../../abi/errno.ts';
import type { MountRow, StationOps } from '../link.ts';
import type { ServedKernel } from '../proc/serve.ts';

export type MountCalls = 'mount' | 'umount' | 'mountRows';

export interface MountPort {
  notify<K extends 'mounted' | 'unmounted'>(op: K, ...args: Parameters<StationOps[K]>): void;
  call(op: 'mountBusy', id: number): Promise<boolean>;
}

export class MountRows {
  private readonly stations = new Map<number, () => MountPort>();
  private readonly rows = new Map<number, MountRow>();
  private last = 0;

  connect(station: number, port: () => MountPort): Pick<ServedKernel, MountCalls> {
    this.stations.set(station, port);
    return {
      mount: (_c, row) => {
        const id = ++this.last;
        this.rows.set(id, { ...row, id });
        this.tell(station, 'mounted', { ...row, id });
        return id;
      },
      umount: async (_c, id, lazy) => {
        if (!this.rows.has(id)) throw new SysError('EINVAL');
        if (!lazy && (await this.isBusy(station, id))) throw new SysError('EBUSY');
        if (!this.rows.delete(id)) throw new SysError('EINVAL');
        this.tell(station, 'unmounted', id);
      },
      mountRows: () => [...this.rows.values()],
    };
  }

  disconnect(station: number): void {
    this.stations.delete(station);
  }

  private tell<K extends 'mounted' | 'unmounted'>(by: number, op: K, ...args: Parameters<StationOps[K]>): void {
    for (const [station, port] of this.stations) if (station !== by) port().notify(op, ...args);
  }

  /** The asking station has looked at its own processes. */
  private async isBusy(by: number, id: number): Promise<boolean> {
    const others = [...this.stations].filter(([station]) => station !== by);
    const answers = await Promise.all(others.map(([, port]) => port().call('mountBusy', id)));
    return answers.includes(true);
  }
}
