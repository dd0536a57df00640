/**
 * Tells the station of this tab what becomes of the page: browsers slow down pages that are hidden, freeze them, and keep
 * them for the way back (https://wicg.github.io/page-lifecycle/), and what the tab does for others has to be elsewhere by
 * then.
 *
 * A page that is frozen or left cannot wait for an answer by a promise: its workers stop when the event is over. So it
 * holds the event up until the station says that it has given everything away, or is too slow.
 */
import type { PageState } from '../host/control.ts';
import type { Disposable } from './emitter.ts';

/** The station needs a few milliseconds; a person who leaves a page should not notice more than this. */
const PATIENCE_MS = 400;

export type TellState = (state: PageState, done?: Int32Array<SharedArrayBuffer>) => void;

/** Tells the present state, then every change. */
export function followPage(tell: TellState): Disposable {
  const stop = new AbortController();
  const on = (target: EventTarget, type: string, listener: (event: Event) => void) =>
    target.addEventListener(type, listener, { signal: stop.signal });
  const present = () => tell(document.visibilityState === 'visible' ? 'visible' : 'hidden');
  const away = () => {
    const done = new Int32Array(new SharedArrayBuffer(4));
    tell('away', done);
    const deadline = performance.now() + PATIENCE_MS;
    // The main thread of a page must not sleep on a futex.
    while (Atomics.load(done, 0) === 0 && performance.now() < deadline);
  };
  on(document, 'visibilitychange', present);
  on(document, 'freeze', away);
  on(document, 'resume', present);
  on(window, 'pagehide', away);
  on(window, 'pageshow', present);
  present();
  return { dispose: () => stop.abort() };
}
