// Times file operations from inside a process, one kind a run. Prints a JSON object of numbers, times in milliseconds.
const MB = 1e6;
const STEP = 128 * 1024;

const timed = (act) => {
  const start = performance.now();
  act();
  return performance.now() - start;
};

/** Repeatable numbers in [0, 1): a linear congruential generator. */
const makeRandom = () => {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
};

const writeBig = (path, bytes) => {
  const block = new Uint8Array(STEP).map((_, i) => i * 7);
  const fd = sys.open(path, 'w');
  for (let done = 0; done < bytes; done += STEP) sys.write(fd, block);
  sys.close(fd);
};

const readBig = (fd, size) => {
  const block = new Uint8Array(STEP);
  for (let at = 0; at < size; at += STEP) {
    if (sys.readInto(fd, block, at) !== STEP) throw new Error('a short read');
  }
};

/** A directory tree as deep as it must be for 1000 names in each. */
const eachName = (root, count, visit) => {
  for (let i = 0; i < count; i++) {
    if (i % 1000 === 0) sys.mkdir(`${root}/${i / 1000}`);
    visit(`${root}/${Math.floor(i / 1000)}/${i}`);
  }
};

const RUNS = {
  /** Through a file that is larger than the cache, then one that fits. */
  sequential(megabytes) {
    const large = Math.ceil((megabytes * MB) / STEP) * STEP;
    const write = timed(() => writeBig('/tmp/large', large));
    let fd = sys.open('/tmp/large', 'r+');
    const uncached = timed(() => readBig(fd, large));
    sys.close(fd);
    sys.unlink('/tmp/large');
    const small = 256 * STEP;
    writeBig('/tmp/fits', small);
    fd = sys.open('/tmp/fits', 'r+');
    readBig(fd, small);
    const cached = timed(() => readBig(fd, small));
    sys.close(fd);
    fd = sys.open('/tmp/fits');
    readBig(fd, small);
    const shared = timed(() => readBig(fd, small));
    sys.close(fd);
    sys.unlink('/tmp/fits');
    return { bytes: large, write, uncached, smallBytes: small, cached, shared };
  },

  /** 4 KiB at random places of a cached file: how it was opened says who reads it. */
  random(count) {
    const size = 128 * STEP;
    writeBig('/tmp/random', size);
    const block = new Uint8Array(4096);
    const result = {};
    for (const mode of ['r+', 'r']) {
      const fd = sys.open('/tmp/random', mode);
      readBig(fd, size);
      const random = makeRandom();
      const times = [];
      for (let burst = 0; burst < count; burst++) {
        const ms = timed(() => {
          for (let i = 0; i < 50; i++) sys.readInto(fd, block, Math.floor(random() * (size / 4096)) * 4096);
        });
        times.push(ms / 50);
      }
      sys.close(fd);
      result[mode === 'r' ? 'shared' : 'called'] = times;
    }
    sys.unlink('/tmp/random');
    return result;
  },

  /** Files of 100 bytes: made, looked at, removed. */
  small(count) {
    const bytes = new Uint8Array(100).fill(65);
    const root = '/home/user/small';
    sys.mkdir(root);
    const create = timed(() => {
      eachName(root, count, (path) => {
        const fd = sys.open(path, 'wx');
        sys.write(fd, bytes);
        sys.close(fd);
      });
    });
    const stat = timed(() => {
      for (let i = 0; i < count; i++) sys.stat(`${root}/${Math.floor(i / 1000)}/${i}`);
    });
    const remove = timed(() => {
      const removeTree = (path) => {
        for (const { name, type } of sys.readdir(path)) {
          if (type === 'directory') removeTree(`${path}/${name}`);
          else sys.unlink(`${path}/${name}`);
        }
        sys.rmdir(path);
      };
      removeTree(root);
    });
    return { create, stat, remove };
  },

  /** One directory with many names: made, then listed several times. */
  list(count) {
    const root = '/home/user/many';
    sys.mkdir(root);
    for (let i = 0; i < count; i++) sys.close(sys.open(`${root}/file-number-${i}`, 'wx'));
    const list = [];
    for (let run = 0; run < 5; run++) {
      list.push(
        timed(() => {
          if (sys.readdir(root).length !== count) throw new Error('a wrong listing');
        }),
      );
    }
    return { list };
  },
};

print(JSON.stringify(RUNS[sys.argv[1]](Number(sys.argv[2]))));
