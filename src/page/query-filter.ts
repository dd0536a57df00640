/**
 * Keeps a terminal from answering questions that are not for it. A program asks by escape sequences (DA, DSR, DECRQM,
 * colours), and xterm.js answers as if it were typed. What is replayed to a page that attaches was answered long ago,
 * and of several pages that show one terminal only one may answer: anything more would arrive as input of whatever
 * reads now.
 */
import type { Terminal } from '@xterm/xterm';
import { type Disposable, Disposables } from './emitter.ts';

/** CSI sequences that are questions (XTerm Control Sequences). */
const CSI_QUESTIONS = [
  { final: 'c' }, // DA1
  { prefix: '>', final: 'c' }, // DA2
  { prefix: '=', final: 'c' }, // DA3
  { final: 'n' }, // DSR
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' }, // DECRQM
  { prefix: '?', intermediates: '$', final: 'p' },
  { prefix: '>', final: 'q' }, // XTVERSION
  { final: 't' }, // window reports
] as const;

/** OSC numbers that ask for a colour when their value is `?`. */
const OSC_COLOURS = [4, 10, 11, 12] as const;

export class QueryFilter implements Disposable {
  readonly #owned = new Disposables();
  /** The parser is in what was on the screen before. Switch it where the parser stands: in a callback of `write`. */
  replaying = false;
  /** Another page answers. */
  deferring = false;

  get muted(): boolean {
    return this.replaying || this.deferring;
  }

  constructor({ parser }: Terminal) {
    const swallow = () => this.muted;
    for (const id of CSI_QUESTIONS) this.#owned.add(parser.registerCsiHandler(id, swallow));
    for (const id of OSC_COLOURS) {
      this.#owned.add(parser.registerOscHandler(id, (data) => this.muted && data.endsWith('?')));
    }
    this.#owned.add(parser.registerDcsHandler({ intermediates: '$', final: 'q' }, swallow));
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
