/**
 * Whose turn it is to answer the questions of the programs on a terminal, of all pages that show it: the one that was
 * last looked at. It holds the Web Lock of the terminal; another page takes the lock away when a person turns to it, and
 * gives it up when it closes, when the next in line gets it.
 */
import type { Disposable } from './emitter.ts';

export class AnswerTurn implements Disposable {
  readonly #lock: string;
  readonly #onChange: (mine: boolean) => void;
  #queued: AbortController | undefined;
  #release: (() => void) | undefined;
  #disposed = false;

  /** Waits in line at first. */
  constructor(lock: string, onChange: (mine: boolean) => void) {
    this.#lock = lock;
    this.#onChange = onChange;
    this.#queue();
  }

  /** The person looks at this page now. */
  take(): void {
    if (this.#disposed || this.#release) return;
    this.#queued?.abort();
    this.#queued = undefined;
    this.#request({ steal: true });
  }

  dispose(): void {
    this.#disposed = true;
    this.#queued?.abort();
    this.#release?.();
  }

  #queue(): void {
    this.#queued = new AbortController();
    this.#request({ signal: this.#queued.signal });
  }

  #request(options: LockOptions): void {
    const granted = () => {
      if (this.#disposed) return undefined;
      this.#queued = undefined;
      this.#onChange(true);
      return new Promise<void>((resolve) => {
        this.#release = resolve;
      });
    };
    navigator.locks.request(this.#lock, options, granted).catch(() => {
      // Taken by another page, or no longer waited for.
      if (this.#disposed || options.signal?.aborted) return;
      this.#release = undefined;
      this.#onChange(false);
      this.#queue();
    });
  }
}
