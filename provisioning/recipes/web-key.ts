import { generateKeyPair } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FILE = 'web-servers-key.pem';

/**
 * The web servers' RSA key (PEM), for `RecipeContext.keys.webPrivateKey`: made once and kept in `directory`, readable by its
 * owner only, because making one takes up to half a second of a processor. All labs of a machine share it; it signs nothing
 * but certificates that nobody has a reason to trust.
 */
export async function webServersKey(directory: string): Promise<string> {
  const file = join(directory, FILE);
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.includes('-----END PRIVATE KEY-----')) return kept;
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Written aside and renamed: whoever reads it meanwhile finds a whole key.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, privateKey, { mode: 0o600 });
  await rename(draft, file);
  return privateKey;
}
