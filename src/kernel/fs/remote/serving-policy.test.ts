import { expect, test } from 'vitest';
import { HIDDEN_MS, ServingPolicy, STAY_MS } from './serving-policy.ts';

const [A, B, C] = [1, 2, 3] as const;

const start = (...stations: readonly number[]) => {
  let time = 0;
  const policy = new ServingPolicy(() => time);
  for (const station of stations) policy.add(station);
  policy.serves(A);
  return {
    policy,
    pass: (ms: number): void => {
      time += ms;
    },
  };
};

test('the eldest serves when nobody has done anything, and stays', () => {
  const { policy, pass } = start(A, B);
  expect(policy.mayServe(A)).toBe(true);
  expect(policy.mayServe(B)).toBe(false);
  pass(100_000);
  policy.report([]);
  policy.report([]);
  expect(policy.successor()).toBeUndefined();
});

test('moves to the station that makes many more calls, when it has done so twice', () => {
  const { policy, pass } = start(A, B);
  pass(STAY_MS);
  policy.report([
    [A, 1000],
    [B, 2500],
  ]);
  expect(policy.successor()).toBeUndefined();
  policy.report([
    [A, 1000],
    [B, 2500],
  ]);
  expect(policy.successor()).toBe(B);
});

test('stays for less than a multiple, for few calls, for one period, and soon after a move', () => {
  const { policy, pass } = start(A, B);
  const twice = (a: number, b: number): void => {
    for (let i = 0; i < 2; i++) {
      policy.report([
        [A, a],
        [B, b],
      ]);
    }
  };
  twice(0, 5000);
  expect(policy.successor()).toBeUndefined();
  pass(STAY_MS);
  expect(policy.successor()).toBe(B);
  twice(3000, 5000);
  expect(policy.successor()).toBeUndefined();
  twice(0, 100);
  expect(policy.successor()).toBeUndefined();
  policy.report([[B, 5000]]);
  expect(policy.successor()).toBeUndefined();
});

test('leaves a hidden page for one that is shown, after a while', () => {
  const { policy, pass } = start(A, B, C);
  policy.page(B, { visible: false });
  policy.page(A, { visible: false });
  expect(policy.successor()).toBeUndefined();
  expect(policy.changesIn).toBe(HIDDEN_MS);
  pass(HIDDEN_MS);
  expect(policy.successor()).toBe(C);
  policy.page(C, { visible: false });
  expect(policy.successor()).toBeUndefined();
  policy.page(C, { visible: true });
  policy.page(A, { visible: true });
  expect(policy.successor()).toBeUndefined();
});

test('leaves a page that is frozen at once, even for a hidden one', () => {
  const { policy } = start(A, B);
  policy.page(B, { visible: false });
  policy.page(A, { away: true });
  expect(policy.successor()).toBe(B);
  policy.left(A);
  expect(policy.mayServe(A)).toBe(false);
  expect(policy.mayServe(B)).toBe(true);
});

test('when the server is gone the best one is waited for, but not for ever', () => {
  const { policy, pass } = start(A, B, C);
  policy.page(B, { visible: false });
  policy.remove(A);
  expect(policy.mayServe(B)).toBe(false);
  expect(policy.mayServe(C)).toBe(true);
  pass(1001);
  expect(policy.mayServe(B)).toBe(true);
});
