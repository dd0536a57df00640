// internalBinding('signal_wrap') (signal_wrap.cc).

import type { MakeBinding } from '../runtime.ts';
import { uvNumber } from '../uv-error.ts';

export const signalWrap: MakeBinding = (node) => {
  const { HandleWrap } = node;
  return {
    Signal: class Signal extends HandleWrap {
      onsignal: unknown;
      #signal = 0;
      readonly #handler = (): void => {
        node.AsyncWrap.call(this, this.onsignal, [this.#signal]);
      };
      constructor() {
        super('SIGNALWRAP', 'SignalWrap');
      }
      start(signal: number): number {
        try {
          this.release();
          node.signals.add(signal, this.#handler);
        } catch (error) {
          return uvNumber(error);
        }
        this.#signal = signal;
        HandleWrap.activate(this, true);
        return 0;
      }
      stop(): number {
        this.release();
        HandleWrap.activate(this, false);
        return 0;
      }
      override release(): void {
        if (this.#signal !== 0) node.signals.remove(this.#signal, this.#handler);
        this.#signal = 0;
      }
    },
  };
};
