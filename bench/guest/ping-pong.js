// Sends a byte to another process and back through two pipes. Prints {rounds}: milliseconds of each batch, a round.
const BATCHES = 100;
const BATCH = 20;

if (sys.argv[1] === 'pong') {
  for (let byte = sys.read(0, 1); byte.length > 0; byte = sys.read(0, 1)) sys.write(1, byte);
  sys.exit(0);
}

const [pongIn, toPong] = sys.pipe();
const [fromPong, pongOut] = sys.pipe();
const child = sys.spawn(['js', sys.argv[0], 'pong'], { stdin: pongIn, stdout: pongOut });
sys.close(pongIn);
sys.close(pongOut);

const byte = Uint8Array.of(1);
const batch = () => {
  const start = performance.now();
  for (let i = 0; i < BATCH; i++) {
    sys.write(toPong, byte);
    sys.readInto(fromPong, byte);
  }
  return (performance.now() - start) / BATCH;
};

batch();
const rounds = Array.from({ length: BATCHES }, batch);
sys.close(toPong);
sys.wait(child);
print(JSON.stringify({ rounds }));
