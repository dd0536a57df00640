// Prints what each call of node:crypto gives or throws. The keys and what was made with them natively are in the environment.
const c = require('crypto');
const out = (...a) => console.log(...a);
const t = (name, f) => {
  try {
    const r = f();
    out(name, Buffer.isBuffer(r) ? r.toString('hex') : typeof r === 'object' ? JSON.stringify(r) : r);
  } catch (e) {
    out(name, 'THROWS', e.name, e.code, e.message);
  }
};
for (const h of [
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'sha512-256',
  'sha3-256',
  'ripemd160',
  'blake2b512',
  'blake2s256',
  'RSA-SHA256',
  'shake128',
  'shake256',
  'md5-sha1',
])
  t(h, () => c.createHash(h).update('hello ').update('world').digest('hex'));
t('xof', () => c.createHash('shake256', { outputLength: 50 }).update('x').digest('base64'));
t('copy', () => {
  const h = c.createHash('sha256').update('a');
  const k = h.copy();
  return h.update('b').digest('hex') + k.digest('hex');
});
t('hash', () => c.hash('sha1', 'abc'));
t('bad', () => c.createHash('nope'));
t('xofbad', () => c.createHash('sha256', { outputLength: 5 }));
t('hmac', () => c.createHmac('sha256', 'key').update('data').digest('base64url'));
t('hmacbad', () => c.createHmac('nope', 'k'));
t('pbkdf2', () => c.pbkdf2Sync('pw', 'salt', 1000, 32, 'sha512'));
t('scrypt', () => c.scryptSync('pw', 'salt', 32, { N: 1024 }));
t('scryptbad', () => c.scryptSync('pw', 'salt', 32, { N: 3 }));
t('scryptmem', () => c.scryptSync('pw', 'salt', 32, { N: 2 ** 20 }));
t('hkdf', () => Buffer.from(c.hkdfSync('sha256', 'key', 'salt', 'info', 42)));
t('hkdflong', () => c.hkdfSync('sha256', 'a', 'b', 'c', 100000));
for (const [n, k, i] of [
  ['aes-128-cbc', 16, 16],
  ['aes-256-cbc', 32, 16],
  ['aes-192-ctr', 24, 16],
  ['aes-128-ecb', 16, 0],
  ['aes-256-gcm', 32, 12],
  ['aes-128-gcm', 16, 7],
  ['aes-128-ofb', 16, 16],
  ['aes-128-cfb', 16, 16],
  ['aes-128-cfb8', 16, 16],
  ['chacha20-poly1305', 32, 12],
  ['chacha20', 32, 16],
])
  t(n, () => {
    const key = Buffer.alloc(k, 7),
      iv = i ? Buffer.alloc(i, 9) : null;
    const e = c.createCipheriv(n, key, iv);
    if (/gcm|poly/.test(n)) e.setAAD(Buffer.from('aad'), { plaintextLength: 45 });
    let r = e.update('some plain text, ', 'utf8', 'hex');
    r += e.update(Buffer.from('in several pieces of it, 45')).toString('hex');
    r += e.final('hex');
    const tag = /gcm|poly/.test(n) ? e.getAuthTag() : null;
    const d = c.createDecipheriv(n, key, iv);
    if (tag) {
      d.setAAD(Buffer.from('aad'), { plaintextLength: 45 });
      d.setAuthTag(tag);
    }
    return (
      r +
      ' ' +
      (tag ? tag.toString('hex') : '') +
      ' ' +
      d.update(r.slice(0, 10), 'hex', 'utf8') +
      d.update(r.slice(10), 'hex', 'utf8') +
      d.final('utf8')
    );
  });
t('badtag', () => {
  const d = c.createDecipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12));
  d.setAuthTag(Buffer.alloc(16));
  d.update(Buffer.alloc(16));
  d.final();
});
t('baddec', () => {
  const d = c.createDecipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(16));
  d.update(Buffer.alloc(16));
  d.final();
});
t('badlen', () => {
  const d = c.createDecipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(16));
  d.update(Buffer.alloc(15));
  d.final();
});
t('badkey', () => c.createCipheriv('aes-128-cbc', 'k', Buffer.alloc(16)));
t('badiv', () => c.createCipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(3)));
for (const n of ['aes-128-cbc', 'aes-256-gcm', 'chacha20-poly1305', 'aes-128-ecb'])
  t('info ' + n, () => c.getCipherInfo(n));
t('badpem', () => c.createPrivateKey('x'));
const keys = JSON.parse(process.env.KEYS || '{}');
for (const k of Object.keys(keys)) {
  t(k + ' info', () => {
    const p = c.createPrivateKey(keys[k]);
    return [
      p.asymmetricKeyType,
      Object.keys(p.asymmetricKeyDetails),
      p.export({ type: 'pkcs8', format: 'pem' }) === keys[k],
      c.createPublicKey(p).export({ type: 'spki', format: 'der' }).toString('hex').slice(0, 40),
    ];
  });
  t(k + ' jwk', () => c.createPrivateKey(keys[k]).export({ format: 'jwk' }));
  t(
    k + ' jwk back',
    () =>
      c
        .createPrivateKey({ key: c.createPrivateKey(keys[k]).export({ format: 'jwk' }), format: 'jwk' })
        .export({ type: 'pkcs8', format: 'pem' }) === keys[k],
  );
  if (!/x25519/.test(k)) {
    t(k + ' self', () => {
      const alg = /^ed/.test(k) ? null : 'sha256';
      const s = c.sign(alg, Buffer.from('msg'), keys[k]);
      return [
        c.verify(alg, Buffer.from('msg'), c.createPublicKey(keys[k]), s),
        c.verify(alg, Buffer.from('msX'), c.createPublicKey(keys[k]), s),
      ];
    });
    if (/^(rsa|ed)/.test(k))
      t(k + ' sig', () =>
        c
          .sign(/^ed/.test(k) ? null : 'sha256', Buffer.from('msg'), keys[k])
          .toString('base64')
          .slice(0, 60),
      );
  }
}
const sigs = JSON.parse(process.env.SIGS || '{}');
for (const k of Object.keys(sigs))
  t('verify ' + k, () =>
    c.verify(
      /^ed/.test(k) ? null : 'sha256',
      Buffer.from('msg'),
      c.createPublicKey(keys[k.split(' ')[0]]),
      Buffer.from(sigs[k], 'base64'),
    ),
  );
t('rsa pss', () => {
  const p = { key: keys.rsa, padding: c.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const s = c.sign('sha256', Buffer.from('m'), p);
  return c.verify('sha256', Buffer.from('m'), { ...p, key: c.createPublicKey(keys.rsa) }, s);
});
t('pss from native', () =>
  c.verify(
    'sha256',
    Buffer.from('msg'),
    { key: c.createPublicKey(keys.rsa), padding: c.constants.RSA_PKCS1_PSS_PADDING },
    Buffer.from(process.env.PSS || '', 'base64'),
  ),
);
t('oaep', () =>
  c.privateDecrypt(keys.rsa, c.publicEncrypt(c.createPublicKey(keys.rsa), Buffer.from('secret'))).toString(),
);
t('oaep native', () =>
  c.privateDecrypt({ key: keys.rsa, oaepHash: 'sha256' }, Buffer.from(process.env.OAEP || '', 'base64')).toString(),
);
t('encpem', () => c.createPrivateKey({ key: process.env.ENC, passphrase: 'secret' }).asymmetricKeyType);
t('encpem bad', () => c.createPrivateKey({ key: process.env.ENC, passphrase: 'nope' }).asymmetricKeyType);
t('encpem own', () => {
  const e = c
    .createPrivateKey(keys.ec)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' });
  return c.createPrivateKey({ key: e, passphrase: 'p' }).export({ type: 'pkcs8', format: 'pem' }) === keys.ec;
});
t('ecdh', () => {
  const a = c.createECDH('prime256v1'),
    b = c.createECDH('prime256v1');
  a.generateKeys();
  b.generateKeys();
  return a.computeSecret(b.getPublicKey()).equals(b.computeSecret(a.getPublicKey(null, 'compressed')));
});
t('dh', () => {
  const a = c.getDiffieHellman('modp14'),
    b = c.getDiffieHellman('modp14');
  a.generateKeys();
  b.generateKeys();
  return [a.computeSecret(b.getPublicKey()).equals(b.computeSecret(a.getPublicKey())), a.getPrime('hex').slice(-40)];
});
for (const g of ['modp1', 'modp2', 'modp5', 'modp15', 'modp18'])
  t(g, () => c.getDiffieHellman(g).getPrime('hex').slice(-40));
t('gen ec', () => {
  const { privateKey, publicKey } = c.generateKeyPairSync('ec', { namedCurve: 'P-384' });
  return [
    privateKey.asymmetricKeyDetails,
    c.verify('sha384', Buffer.from('a'), publicKey, c.sign('sha384', Buffer.from('a'), privateKey)),
  ];
});
t('gen rsa', () => {
  const { privateKey, publicKey } = c.generateKeyPairSync('rsa', { modulusLength: 1024 });
  return [
    privateKey.asymmetricKeyDetails.modulusLength,
    c.verify('sha256', Buffer.from('a'), publicKey, c.sign('sha256', Buffer.from('a'), privateKey)),
  ];
});
t('curves', () => c.getCurves().length > 3);
t('uuid', () => /^[0-9a-f-]{36}$/.test(c.randomUUID()));
t('rand', () => c.randomBytes(100000).length);
t('tse', () => c.timingSafeEqual(Buffer.from('a'), Buffer.from('a')));
t('tsebad', () => c.timingSafeEqual(1, 2));
t(
  'prime',
  () =>
    c.checkPrimeSync(2n ** 127n - 1n) +
    ' ' +
    c.checkPrimeSync(2n ** 127n - 3n) +
    ' ' +
    c.generatePrimeSync(64).byteLength,
);
t('secret', () => c.createSecretKey(Buffer.from('abc')).export({ format: 'jwk' }));
c.pbkdf2('a', 'b', 1, 10, 'sha1', (e, k) => out('pbkdf2 async', e, k.toString('hex')));
c.randomInt(5, (e, n) => out('randomInt', n < 5));
(async () => {
  const s = c.webcrypto.subtle;
  out('digest', Buffer.from(await s.digest('SHA-256', Buffer.from('abc'))).toString('hex'));
  const k = await s.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']);
  const iv = Buffer.alloc(12, 1);
  const ct = await s.encrypt({ name: 'AES-GCM', iv }, k, Buffer.from('hello'));
  out('gcm', Buffer.from(await s.decrypt({ name: 'AES-GCM', iv }, k, ct)).toString());
  const e = await s.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const sg = await s.sign({ name: 'ECDSA', hash: 'SHA-256' }, e.privateKey, Buffer.from('x'));
  out('ecdsa', sg.byteLength, await s.verify({ name: 'ECDSA', hash: 'SHA-256' }, e.publicKey, sg, Buffer.from('x')));
  const hk = await s.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  out('hmac', Buffer.from(await s.sign('HMAC', hk, Buffer.from('data'))).toString('hex'));
  const rk = await s.generateKey(
    { name: 'RSA-OAEP', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    true,
    ['encrypt', 'decrypt'],
  );
  out(
    'rsaoaep',
    Buffer.from(
      await s.decrypt(
        { name: 'RSA-OAEP' },
        rk.privateKey,
        await s.encrypt({ name: 'RSA-OAEP' }, rk.publicKey, Buffer.from('oaep')),
      ),
    ).toString(),
  );
  out(
    'jwk',
    Object.keys(await s.exportKey('jwk', e.privateKey))
      .sort()
      .join(),
  );
})().catch((e) => out('ASYNC', e));
