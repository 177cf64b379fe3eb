import ssh2 from 'ssh2';

/** A key pair in OpenSSH's text forms. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** About one ed25519 key in 200 comes out of ssh2 1.17 in a form that ssh2 itself cannot read (measured: 5 of 1200). */
const ATTEMPTS = 20;

export function generateKeyPair(comment: string): KeyPair {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return { privateKey, publicKey };
  }
  throw new Error(`No readable key in ${ATTEMPTS} attempts.`);
}

/** The key itself, as it is seen on the wire: the second word of a public key's line. */
export function publicKeyBlob(publicKey: string): Buffer {
  return Buffer.from(publicKey.trim().split(' ')[1] ?? '', 'base64');
}
