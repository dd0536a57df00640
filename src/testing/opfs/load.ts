// A load for a volume that a crash will end: pseudo-random operations that follow from a seed, so that whoever knows the
// seeds and how far each round came knows what the volume must hold.

import { type Choice, Model, type Operation } from '../suites/volume-model.ts';

/** What was done to a volume between two crashes: of the operations of a seed the first so many. */
export interface Round {
  readonly seed: number;
  readonly count: number;
}

const OPERATIONS: readonly Operation['op'][] = [
  ...Array<Operation['op']>(6).fill('write'),
  ...Array<Operation['op']>(6).fill('append'),
  ...Array<Operation['op']>(4).fill('create'),
  'mkdir',
  'truncate',
  'truncate',
  'unlink',
  'unlink',
  'unlink',
  'rmdir',
  'link',
  'rename',
  'rename',
  'symlink',
  'open',
  'close',
  'chmod',
  'sync',
];

/** Numerical Recipes' generator: enough to choose by. */
const numbers = (seed: number): ((below: number) => number) => {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

/** The endless list of a seed's choices. */
export function* choicesOf(seed: number): Generator<Choice, never> {
  const next = numbers(seed);
  for (;;) {
    yield {
      op: OPERATIONS[next(OPERATIONS.length)] as Operation['op'],
      on: next(1000),
      name: next(1000),
      offset: next(next(4) === 0 ? 200_000 : 3000),
      length: next(next(4) === 0 ? 30_000 : 400),
      seed: next(256),
    };
  }
}

/** The model after some rounds. */
export const modelAfter = (rounds: readonly Round[]): Model => {
  const model = new Model();
  for (const { seed, count } of rounds) {
    const choices = choicesOf(seed);
    for (let i = 0; i < count; i++) model.apply(model.resolve(choices.next().value));
  }
  return model;
};
