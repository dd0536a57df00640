import { expect, test } from 'vitest';
import { Lifeline } from './lifeline.ts';

const never = new Promise<never>(() => undefined);

test('what waits when the machine goes is rejected, what asks afterwards too', async () => {
  const lifeline = new Lifeline();
  const waiting = lifeline.race(never);
  const gone = new Error('gone');
  lifeline.fail(gone);
  await expect(waiting).rejects.toBe(gone);
  await expect(lifeline.race(Promise.resolve(1))).rejects.toBe(gone);
  await expect(lifeline.race(Promise.reject(new Error('late')))).rejects.toBe(gone);
});

test('a call that settles first has its own result, and only the first failure counts', async () => {
  const lifeline = new Lifeline();
  const one = lifeline.race(Promise.resolve(1));
  const refused = lifeline.race(Promise.reject(new Error('refused')));
  await expect(one).resolves.toBe(1);
  await expect(refused).rejects.toThrow('refused');
  const first = new Error('first');
  lifeline.fail(first);
  lifeline.fail(new Error('second'));
  expect(lifeline.error).toBe(first);
});
