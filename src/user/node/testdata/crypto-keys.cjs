// Prints, as JSON, an environment for crypto.cjs: keys of all kinds, and signatures and secrets made with them.
const c = require('crypto');
const o = { type: 'pkcs8', format: 'pem' };
const k = {};
k.rsa = c.generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(o);
k.ec = c.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(o);
k.ec521 = c.generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey.export(o);
k.eck = c.generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export(o);
k.ed25519 = c.generateKeyPairSync('ed25519').privateKey.export(o);
k.ed448 = c.generateKeyPairSync('ed448').privateKey.export(o);
k.x25519 = c.generateKeyPairSync('x25519').privateKey.export(o);
const s = {};
for (const n of Object.keys(k))
  if (n !== 'x25519') s[n] = c.sign(/^ed/.test(n) ? null : 'sha256', Buffer.from('msg'), k[n]).toString('base64');
const pub = c.createPublicKey(k.rsa);
console.log(
  JSON.stringify({
    KEYS: JSON.stringify(k),
    SIGS: JSON.stringify(s),
    PSS: c
      .sign('sha256', Buffer.from('msg'), { key: k.rsa, padding: c.constants.RSA_PKCS1_PSS_PADDING })
      .toString('base64'),
    OAEP: c.publicEncrypt({ key: pub, oaepHash: 'sha256' }, Buffer.from('native')).toString('base64'),
    ENC: c.createPrivateKey(k.ec).export({ ...o, cipher: 'aes-128-cbc', passphrase: 'secret' }),
  }),
);
