/** `os.fs.watch`: is told of changes in a file or directory, by whomever they are made, in whichever tab. */
import { transfer } from 'comlink';
import type { StationControl, WatchEvent } from '../host/control.ts';
import { systemError } from './errors.ts';

export interface WatchOptions {
  /** Of a directory: all that is below it too. */
  readonly recursive?: boolean;
}

/**
 * `rename`: the name came, went or was moved; `change`: content or attributes changed. With `overflow` events were lost,
 * because too many came at once: look at everything.
 *
 * @param filename relative to the directory that is watched; of a file, its own name
 */
export type WatchListener = (type: WatchEvent['type'], filename: string) => void;

export class Watcher {
  /** The watch is set: what happens from now on is told. Rejects with ENOENT, EACCES, ... */
  readonly ready: Promise<void>;
  readonly #port: MessagePort;
  #closed = false;

  constructor(
    ready: Promise<void>,
    station: Pick<StationControl, 'watch'>,
    path: string,
    options: {
      readonly absolute: string;
      readonly recursive: boolean;
      readonly listener: WatchListener;
    },
  ) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<WatchEvent>) => {
      if (!this.#closed) options.listener(data.type, data.name);
    };
    this.ready = ready.then(async () => {
      try {
        await station.watch(options.absolute, options.recursive, transfer(port2, [port2]));
      } catch (error) {
        port1.close();
        throw systemError(error, 'watch', path);
      }
    });
    // Who does not look at it sees that nothing is told.
    this.ready.catch(() => undefined);
  }

  /** The listener is not called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.postMessage('close');
  }
}
