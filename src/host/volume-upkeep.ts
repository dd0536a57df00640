// What a station does for the volume that it serves, now and then: nothing stays unflushed for long, space on disk and
// memory that nothing uses are given back, the kernel hears who makes how many calls, and the room that is left is
// measured anew.

import type { Volume } from '../kernel/fs/tabfs/volume.ts';
import type { StorageSpace } from './storage-space.ts';

const PERIOD_MS = 1000;
/** For a power failure; when a tab dies, all but the last moment's is with the system already. */
const SYNC_PERIODS = 2;
/** What has not been used for one to two of these leaves the cache. */
const AGE_PERIODS = 30;

export interface Upkeep {
  readonly volume: Volume;
  readonly space: Pick<StorageSpace, 'measure'>;
  /** Called once a period. */
  readonly report: () => void;
  readonly log: (message: string) => void;
}

/** Begins; the result ends it. */
export const keepUp = ({ volume, space, report, log }: Upkeep): (() => void) => {
  let periods = 0;
  let lastError = '';
  const timer = setInterval(() => {
    report();
    periods++;
    if (periods % AGE_PERIODS === 0) volume.age();
    if (periods % SYNC_PERIODS !== 0) return;
    const message = tryTo(() => volume.maintain());
    // A disk that stays full is told once.
    if (message !== '' && message !== lastError) log(`the volume could not be flushed: ${message}`);
    lastError = message;
    void space.measure(volume.used);
  }, PERIOD_MS);
  return () => clearInterval(timer);
};

/** The error's text, or nothing. What could not be flushed is tried again the next time. */
export const trySync = (volume: Volume): string => tryTo(() => volume.sync());

const tryTo = (act: () => unknown): string => {
  try {
    act();
    return '';
  } catch (error) {
    return String(error);
  }
};
