/**
 * Tells whether the workers of a machine still live. The platform has no event for the death of a SharedWorker or for a
 * worker that is stuck, so there are two ways:
 *
 * - death: the kernel holds a Web Lock for as long as it lives; when the page is given that lock, the kernel is gone
 *   (it knows within some 40 ms);
 * - silence: the page asks now and then while it is visible, and counts its own ticks rather than the time, so that a
 *   page that was frozen or a computer that slept blames nobody.
 */
import { deferred } from './deferred.ts';
import type { Disposable } from './emitter.ts';

const TICK_MS = 2000;
/** So many ticks without an answer are a silence. */
const PATIENCE = 5;

/** A Web Lock in the hands of this page until it is released, or the page is gone. */
export async function holdLock(name: string): Promise<Disposable> {
  const { promise: released, resolve: release } = deferred<void>();
  await new Promise<void>((granted, refused) => {
    navigator.locks
      .request(name, () => {
        granted();
        return released;
      })
      .catch(refused);
  });
  return { dispose: release };
}

/** Calls back once, when the holder of a lock is gone. */
export function watchLock(name: string, onGone: () => void): Disposable {
  const stop = new AbortController();
  navigator.locks.request(name, { mode: 'shared', signal: stop.signal }, onGone).catch((error: unknown) => {
    if (!stop.signal.aborted) console.warn(`the lock ${name} cannot be watched:`, error);
  });
  return { dispose: () => stop.abort() };
}

/**
 * Asks again and again.
 *
 * @param ask resolves when the other side has answered, whatever it said
 * @param onChange with true when no answer came for a while, with false when one comes after that
 */
export function watchAnswers(ask: () => Promise<unknown>, onChange: (silent: boolean) => void): Disposable {
  let waited = 0;
  let asking = false;
  const answered = () => {
    asking = false;
    if (waited >= PATIENCE) onChange(false);
    waited = 0;
  };
  const timer = setInterval(() => {
    if (document.visibilityState !== 'visible') return;
    if (asking) {
      waited++;
      if (waited === PATIENCE) onChange(true);
      return;
    }
    asking = true;
    ask().then(answered, answered);
  }, TICK_MS);
  return { dispose: () => clearInterval(timer) };
}
