import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchAnswers } from './liveness.ts';

const page = { visibilityState: 'visible' };

beforeEach(() => {
  vi.useFakeTimers();
  page.visibilityState = 'visible';
  vi.stubGlobal('document', page);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function watched() {
  const answers: (() => void)[] = [];
  const changes: boolean[] = [];
  const watch = watchAnswers(
    () => new Promise<void>((resolve) => answers.push(resolve)),
    (silent) => changes.push(silent),
  );
  return { answers, changes, watch };
}

test('who answers is asked again, and nothing is told', async () => {
  const { answers, changes, watch } = watched();
  for (let i = 0; i < 5; i++) {
    await vi.advanceTimersByTimeAsync(2000);
    answers.at(-1)?.();
  }
  expect([answers.length, changes]).toEqual([5, []]);
  watch.dispose();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(answers.length).toBe(5);
});

test('silence is told once after ten seconds, and so is its end', async () => {
  const { answers, changes, watch } = watched();
  await vi.advanceTimersByTimeAsync(11_999);
  expect(changes).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([answers.length, changes]).toEqual([1, [true]]);
  answers[0]?.();
  await vi.advanceTimersByTimeAsync(2000);
  expect(changes).toEqual([true, false]);
  watch.dispose();
});

test('a page that nobody sees asks nothing and blames nobody', async () => {
  const { answers, changes, watch } = watched();
  await vi.advanceTimersByTimeAsync(2000);
  page.visibilityState = 'hidden';
  await vi.advanceTimersByTimeAsync(60_000);
  expect([answers.length, changes]).toEqual([1, []]);
  watch.dispose();
});
