// Drives @sd-jwt/sd-jwt-vc for the interop tests: one JSON request on standard input, one JSON answer on standard output.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StatusList, createHeaderAndPayload } from '@owf/token-status-list';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';

const ES256 = { dsaEncoding: 'ieee-p1363' };
const signerOf = (jwk) => (data) =>
  sign('sha256', Buffer.from(data), { key: createPrivateKey({ key: jwk, format: 'jwk' }), ...ES256 }).toString('base64url');
const verifierOf = (jwk) => (data, signature) =>
  verify('sha256', Buffer.from(data), { key: createPublicKey({ key: jwk, format: 'jwk' }), ...ES256 }, Buffer.from(signature, 'base64url'));
const common = {
  signAlg: 'ES256',
  kbSignAlg: 'ES256',
  hashAlg: 'sha-256',
  hasher: (data, algorithm) => createHash(algorithm.replace('-', '')).update(typeof data === 'string' ? data : Buffer.from(data)).digest(),
  saltGenerator: () => randomBytes(16).toString('base64url'),
};

// A status list as an issuer would serve it, four bits a position, up to the position asked about (signed with `key`).
function statusList(uri, { index, value, key }) {
  const list = new StatusList([...new Array(index).fill(0), value], 4);
  const claims = { iss: 'https://issuer.example.cn', sub: uri, iat: 1 };
  const { header, payload } = createHeaderAndPayload(list, claims, { alg: 'ES256', typ: 'statuslist+jwt' });
  const input = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${signerOf(key)(input)}`;
}

const actions = {
  async verify({ presentation, issuerKey, nonce, now, required, status }) {
    const instance = new SDJwtVcInstance({
      ...common,
      verifier: verifierOf(issuerKey),
      kbVerifier: (data, signature, payload) => verifierOf(payload.cnf.jwk)(data, signature),
      statusVerifier: verifierOf(issuerKey),
      statusListFetcher: (uri) => statusList(uri, status),
    });
    const options = { requiredClaimKeys: required, keyBindingNonce: nonce ?? undefined, currentDate: now };
    const { payload, header, kb } = await instance.verify(presentation, options);
    return { payload, header, binding: kb?.payload ?? null };
  },

  async present({ credential, names, holderKey, binding }) {
    const instance = new SDJwtVcInstance({ ...common, kbSigner: signerOf(holderKey) });
    const frame = Object.fromEntries(names.map((name) => [name, true]));
    return { presentation: await instance.present(credential, frame, { kb: { payload: binding } }) };
  },

  async issue({ payload, header, names, decoys, issuerKey }) {
    const instance = new SDJwtVcInstance({ ...common, signer: signerOf(issuerKey) });
    return { credential: await instance.issue(payload, { _sd: names, _sd_decoy: decoys }, { header }) };
  },
};

const { action, ...request } = JSON.parse(readFileSync(0, 'utf8'));
const answer = await actions[action](request).catch((error) => ({ error: String(error.message ?? error) }));
process.stdout.write(JSON.stringify(answer));
