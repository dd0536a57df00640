import { describe, expect, it } from 'vitest';
import { Spin } from './spin.ts';

const QUICK = 0;
const SLOW = 1;

/** A word that a wait looks at, and how often it did. */
class Word {
  readonly words = new Int32Array(new SharedArrayBuffer(4));
  readonly spin = new Spin(2, () => this.paused());
  pauses = 0;
  private changesAfter = Infinity;

  /** Wait for a change that comes after so many pauses. */
  wait(kind: number, changesAfter: number): boolean {
    this.words[0] = 0;
    this.pauses = 0;
    this.changesAfter = changesAfter;
    if (changesAfter === 0) this.words[0] = 1;
    return this.spin.sees(kind, this.words, 0, 0);
  }

  private paused(): void {
    if (++this.pauses === this.changesAfter) this.words[0] = 1;
  }
}

describe('a spin', () => {
  it('sees a change at once, and one that comes soon', () => {
    const word = new Word();
    expect(word.wait(QUICK, 0)).toBe(true);
    expect(word.pauses).toBe(0);
    expect(word.wait(QUICK, 50)).toBe(true);
    expect(word.pauses).toBe(50);
  });

  it('ends when nothing changes', () => {
    const word = new Word();
    expect(word.wait(SLOW, Infinity)).toBe(false);
    expect(word.pauses).toBeLessThan(1000);
  });

  it('is left out more and more often when it is in vain', () => {
    const word = new Word();
    const spun: number[] = [];
    for (let wait = 0; wait < 600; wait++) {
      word.wait(SLOW, Infinity);
      if (word.pauses > 0) spun.push(wait);
    }
    expect(spun).toEqual([0, 2, 6, 14, 30, 62, 126, 254, 382, 510]);
  });

  it('sees what has changed already even when it is left out', () => {
    const word = new Word();
    word.wait(SLOW, Infinity);
    expect(word.wait(SLOW, 0)).toBe(true);
  });

  it('comes back to stay when it pays again', () => {
    const word = new Word();
    for (let wait = 0; wait < 62; wait++) word.wait(SLOW, Infinity);
    expect(word.wait(SLOW, 10)).toBe(true);
    expect(word.wait(SLOW, 10)).toBe(true);
  });

  it('keeps kinds apart', () => {
    const word = new Word();
    word.wait(SLOW, Infinity);
    expect(word.wait(QUICK, 10)).toBe(true);
  });
});
