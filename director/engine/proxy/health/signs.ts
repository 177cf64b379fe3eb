type Meaning = 'good' | 'bad' | 'none';

const sign = (text: string, layer4: Meaning, layer7: Meaning) => ({ text, layer4, layer7 });

/** What traffic shows of a server, what each is to `observe layer4` and `layer7`, and how the log says it (HAProxy 2.6, src/check.c). */
export const signs = {
  connected: sign('L4 successful connection', 'good', 'none'),
  notConnected: sign('L4 unsuccessful connection', 'bad', 'bad'),
  goodAnswer: sign('Correct http response', 'none', 'good'),
  /** 500 and above, but for 501 and 505. */
  wrongStatus: sign('Wrong http response', 'none', 'bad'),
  invalidHead: sign('Invalid http response (headers)', 'none', 'bad'),
  invalidAnswer: sign('Invalid http response', 'none', 'bad'),
  readError: sign('Read error (http)', 'none', 'bad'),
  readTimeout: sign('Read timeout (http)', 'none', 'bad'),
  brokenPipe: sign('Close from server (http)', 'none', 'bad'),
} as const;

export type Sign = keyof typeof signs;

/** What a status says of the server: 100 to 499, 501 and 505 are none of its faults. */
export function signOfStatus(status: number): Sign {
  return status >= 100 && (status < 500 || status === 501 || status === 505) ? 'goodAnswer' : 'wrongStatus';
}
