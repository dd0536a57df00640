// Prints what each call of node:zlib gives or throws.
const zlib = require('zlib');
const { createHash } = require('crypto');
const show = (value) => Buffer.isBuffer(value) ? `${value.length} ${createHash('md5').update(value).digest('hex')}` : JSON.stringify(value);
const t = (name, act) => { try { console.log(name, show(act())); } catch (e) { console.log(name, 'THROWS', e.name, e.code, e.errno, e.message); } };
const text = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(2000) + Array.from({ length: 20000 }, (_, i) => (i * 7919) % 256).join());
for (const [name, back] of [['deflateSync', 'inflateSync'], ['gzipSync', 'gunzipSync'], ['deflateRawSync', 'inflateRawSync']]) {
  for (const options of [{}, { level: 0 }, { level: 9 }, { level: 1, strategy: 2 }, { windowBits: 9, memLevel: 1 }, { chunkSize: 64 }]) {
    t(`${name} ${JSON.stringify(options)}`, () => zlib[back](zlib[name](text, options), options.windowBits ? { windowBits: 15 } : {}).equals(text));
  }
}
t('unzip gzip', () => zlib.unzipSync(zlib.gzipSync('x')).toString());
t('unzip deflate', () => zlib.unzipSync(zlib.deflateSync('y')).toString());
t('members', () => zlib.gunzipSync(Buffer.concat([zlib.gzipSync('a'), zlib.gzipSync('b')])).toString());
t('trailing zeros', () => zlib.gunzipSync(Buffer.concat([zlib.gzipSync('a'), Buffer.alloc(10)])).toString());
t('trailing garbage', () => zlib.gunzipSync(Buffer.concat([zlib.gzipSync('a'), Buffer.alloc(10, 5)])).toString());
t('not gzip', () => zlib.gunzipSync(Buffer.from('hello world')));
t('not zlib', () => zlib.inflateSync(Buffer.from('hello world')));
t('cut', () => zlib.inflateSync(zlib.deflateSync(text).subarray(0, 100)));
t('cut, partial', () => zlib.inflateSync(zlib.deflateSync(text).subarray(0, 200), { finishFlush: zlib.constants.Z_SYNC_FLUSH }).length > 0);
t('dictionary', () => zlib.inflateSync(zlib.deflateSync('hello hello', { dictionary: Buffer.from('hello') }), { dictionary: Buffer.from('hello') }).toString());
t('no dictionary', () => zlib.inflateSync(zlib.deflateSync('hello', { dictionary: Buffer.from('hello') })));
t('bad dictionary', () => zlib.inflateSync(zlib.deflateSync('hello', { dictionary: Buffer.from('hello') }), { dictionary: Buffer.from('other') }));
t('raw dictionary', () => zlib.inflateRawSync(zlib.deflateRawSync('hello hello', { dictionary: Buffer.from('hello') }), { dictionary: Buffer.from('hello') }).toString());
t('too long', () => zlib.gunzipSync(zlib.gzipSync(text), { maxOutputLength: 100 }));
t('bad level', () => zlib.deflateSync('', { level: 55 }));
t('empty', () => zlib.inflateSync(zlib.deflateSync('')).length);
t('crc32', () => [zlib.crc32('hello'), zlib.crc32(Buffer.from('world'), zlib.crc32('hello '))]);
t('info', () => { const { engine, buffer } = zlib.deflateSync('abc', { info: true }); return [engine.constructor.name, buffer.length, engine.bytesWritten]; });
zlib.gzip(text, (error, packed) => {
  zlib.gunzip(packed, (error2, got) => console.log('async', error, error2, got.equals(text)));
});
zlib.gunzip(Buffer.from('nope'), (error) => console.log('async error', error.code, error.message));
const chunks = [];
const deflate = zlib.createDeflate({ level: 9 });
deflate.on('data', (chunk) => chunks.push(chunk)).on('end', () => console.log('params', zlib.inflateSync(Buffer.concat(chunks)).length));
deflate.write(text, () => deflate.params(0, 0, () => deflate.end(text)));
const one = zlib.createUnzip();
let seen = '';
one.on('data', (chunk) => { seen += chunk; }).on('end', () => console.log('bytes one by one', seen));
for (const byte of zlib.gzipSync('one by one')) one.write(Buffer.of(byte));
one.end();
const { pipeline, Readable } = require('stream');
pipeline(Readable.from([text, text]), zlib.createGzip(), zlib.createGunzip(), async function* (source) { let n = 0; for await (const c of source) n += c.length; console.log('pipeline', n); yield; }, (e) => console.log('piped', e));
const flushed = zlib.createGzip();
flushed.write('abc');
flushed.flush(() => console.log('flushed', flushed.read().length > 0));
