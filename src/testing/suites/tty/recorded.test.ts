// What Linux did in some hundred random scenarios (recorded.jsonl, made by fuzz.mjs), replayed on our terminal.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { randomScenario } from './random.ts';
import { replay } from './replay.ts';
import { parseRecorded } from './scenario.ts';

const recorded = parseRecorded(readFileSync(join(import.meta.dirname, 'recorded.jsonl'), 'utf8'));

describe('recorded from a Linux pseudoterminal', () => {
  it.each(recorded.map((scenario, i) => [i + 1, scenario] as const))('scenario %i', (_, { outcomes, ...scenario }) => {
    expect(replay(scenario)).toEqual(outcomes);
  });

  it('is what the generator makes', () => {
    const { termios, steps } = recorded[0] ?? { termios: undefined, steps: undefined };
    expect({ termios, steps }).toEqual(randomScenario(1));
  });
});
