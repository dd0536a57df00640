/** `os.snapshots`: states of the whole volume, kept by name. Making one takes no time and copies nothing. */
import type { SnapshotsControl } from '../host/control.ts';
import { checkPath } from './arguments.ts';
import { SystemError, systemError } from './errors.ts';

export interface Snapshot {
  readonly name: string;
  readonly created: Date;
}

export class Snapshots {
  readonly #ready: Promise<void>;
  readonly #station: SnapshotsControl;

  /** @param ready when the station takes calls */
  constructor(ready: Promise<void>, station: SnapshotsControl) {
    this.#ready = ready;
    this.#station = station;
  }

  /**
   * Keep the present state.
   *
   * @param name default: the time, as 2030-01-31T12:00:00.000Z
   * @throws SystemError EEXIST, EINVAL (empty, with a slash or a control character, over 255 bytes), ENOSPC
   */
  async create(name = new Date().toISOString()): Promise<Snapshot> {
    await this.#change('create', name);
    const made = (await this.list()).find((snapshot) => snapshot.name === name);
    // Another page may have removed it at once.
    if (!made) throw new SystemError('ENOENT', 'snapshot', name);
    return made;
  }

  /** The oldest first. */
  async list(): Promise<Snapshot[]> {
    await this.#ready;
    const rows = await this.#station.snapshots();
    return rows.map(({ name, createdMs }) => ({ name, created: new Date(createdMs) }));
  }

  /** Make all files what they were then, at once. Younger snapshots stay. @throws SystemError ENOENT, ENOSPC */
  rollback(name: string): Promise<void> {
    return this.#change('rollback', name);
  }

  /** @throws SystemError ENOENT */
  delete(name: string): Promise<void> {
    return this.#change('delete', name);
  }

  async #change(change: 'create' | 'rollback' | 'delete', name: string): Promise<void> {
    checkPath('snapshots', 'name', name);
    await this.#ready;
    try {
      await this.#station.changeSnapshots(change, name);
    } catch (error) {
      throw systemError(error, 'snapshot', name);
    }
  }
}
