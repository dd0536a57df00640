/** What can be done about a volume that will not mount: each call in a worker of its own, which ends with it. */
import { wrap } from 'comlink';
import type { SavedFiles, VolumeDoctor, VolumeReport } from '../host/control.ts';
import { systemError } from './errors.ts';

export class Doctor {
  readonly #machine: string;

  constructor(machine: string) {
    this.#machine = machine;
  }

  /** Changes nothing. */
  check(): Promise<VolumeReport> {
    return this.#ask('check', (doctor) => doctor.check(this.#machine));
  }

  repair(): Promise<VolumeReport> {
    return this.#ask('repair', (doctor) => doctor.repair(this.#machine));
  }

  save(): Promise<SavedFiles> {
    return this.#ask('save', (doctor) => doctor.save(this.#machine));
  }

  async #ask<T>(what: string, call: (doctor: VolumeDoctor) => Promise<T>): Promise<T> {
    const worker = new Worker(new URL('../host/volume-doctor.worker.ts', import.meta.url), {
      type: 'module',
      name: 'volume-doctor',
    });
    const failed = new Promise<never>((_resolve, reject) => {
      worker.onerror = (event) => reject(new Error(`The worker failed: ${event.message || 'it could not be loaded'}`));
    });
    try {
      return await Promise.race([call(wrap<VolumeDoctor>(worker) as unknown as VolumeDoctor), failed]);
    } catch (error) {
      throw error instanceof Error ? error : systemError(error, what, 'volume');
    } finally {
      worker.terminate();
    }
  }
}
