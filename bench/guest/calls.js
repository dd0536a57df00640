// Times one kind of call from inside a process. Prints {step, single, burst, rested}: the clock's resolution, and
// milliseconds of single calls one after the other, of bursts of BURST calls (a call), and of single calls after the
// process has computed for a while, when the station has gone to sleep.
const SINGLE = 4000;
const BURSTS = 400;
const BURST = 20;
const RESTED = 1000;
const PAUSE_MS = 0.5;

const block = new Uint8Array(4096);
sys.writeFile('/tmp/calls.data', new Uint8Array(64 * 1024).fill(7));
// Open for writing too: what is only read takes no call (volume.js measures that).
const fd = sys.open('/tmp/calls.data', 'r+');

const CALLS = {
  getppid: () => sys.getppid(),
  pread: () => sys.readInto(fd, block, 8192),
  stat: () => sys.stat('/tmp/calls.data'),
};

const compute = () => {
  const end = performance.now() + PAUSE_MS;
  while (performance.now() < end);
};

const measure = (rounds, calls, call, before) => {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    before();
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    times.push((performance.now() - start) / calls);
  }
  return times;
};

const clockStep = () => {
  let step = Infinity;
  for (let i = 0, last = performance.now(); i < 200; ) {
    const now = performance.now();
    if (now === last) continue;
    step = Math.min(step, now - last);
    last = now;
    i++;
  }
  return step;
};

const call = CALLS[sys.argv[1]];
const nothing = () => undefined;
measure(50, BURST, call, nothing);
const single = measure(SINGLE, 1, call, nothing);
const burst = measure(BURSTS, BURST, call, nothing);
const rested = measure(RESTED, 1, call, compute);
print(JSON.stringify({ step: clockStep(), single, burst, rested }));
