// Code that is synchronous when its parts are, and asynchronous only where one of them is.
//
// A local file system answers at once, a remote one by promise. A *flow* is written once as a generator that says
// `yield* wait(x)` where an async function says `await x`; `run` drives it. Nothing is suspended, and no microtask
// passes, unless a part really was a promise: with local file systems a whole path operation is one atomic step.

export type Awaitable<T> = T | Promise<T>;

/** A computation that may have to wait for promises, and ends with an R. */
export type Flow<R> = Generator<Promise<unknown>, R, unknown>;

const isPromise = <T>(value: Awaitable<T>): value is Promise<T> => value instanceof Promise;

/** Inside a flow: the value, after waiting for it if need be. */
export function* wait<T>(value: Awaitable<T>): Flow<T> {
  return isPromise(value) ? ((yield value) as T) : value;
}

/** Run a flow: its result at once when nothing in it had to wait. */
export const run = <R>(flow: Flow<R>): Awaitable<R> => {
  const step = flow.next();
  return step.done === true ? step.value : resume(flow, step.value);
};

const resume = async <R>(flow: Flow<R>, first: Promise<unknown>): Promise<R> => {
  let pending = first;
  for (;;) {
    let step: IteratorResult<Promise<unknown>, R>;
    try {
      step = flow.next(await pending);
    } catch (error) {
      // Either the promise failed or the flow did; a flow that has ended throws the error on.
      step = flow.throw(error);
    }
    if (step.done === true) return step.value;
    pending = step.value;
  }
};

/** `use(value)`, at once when the value is there. */
export const chain = <T, R>(value: Awaitable<T>, use: (value: T) => Awaitable<R>): Awaitable<R> =>
  isPromise(value) ? value.then(use) : use(value);
