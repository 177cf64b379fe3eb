import packet from 'dns-packet';
import type { Outcome } from './outcome.ts';

/** RFC 5001: an empty NSID option asks the server to name itself. */
const nsid = 3;

// The library sends and reads any option; its types name four of them only.
interface AnyOption {
  readonly code: number;
  readonly data?: unknown;
}
const identityRequest = { code: nsid, data: Buffer.alloc(0) } as AnyOption as packet.PacketOpt;

/** A query for the IPv4 address of `name`, with recursion and a request for the server's identity. */
export function encodeQuery(id: number, name: string): Buffer {
  return packet.encode({
    type: 'query',
    id,
    flags: packet.RECURSION_DESIRED,
    questions: [{ type: 'A', name: name.replace(/\.$/, '') }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [identityRequest],
      },
    ],
  });
}

/** What an answer to query `id` says; undefined when the datagram is not an answer to it. */
export function decodeAnswer(id: number, datagram: Buffer): Outcome | undefined {
  let answer: packet.DecodedPacket & { rcode?: string };
  try {
    answer = packet.decode(datagram);
  } catch {
    return undefined;
  }
  if (answer.type !== 'response' || answer.id !== id) return undefined;
  const server = serverIdentity(answer);
  const named = server === undefined ? {} : { server };
  if (answer.rcode !== 'NOERROR') return { ok: false, error: answer.rcode ?? 'no response code', ...named };
  const addresses = (answer.answers ?? []).filter((record) => record.type === 'A');
  return addresses.length > 0 ? { ok: true, ...named } : { ok: false, error: 'no address in the answer', ...named };
}

function serverIdentity(answer: packet.DecodedPacket): string | undefined {
  for (const record of answer.additionals ?? []) {
    if (record.type !== 'OPT') continue;
    const options: readonly AnyOption[] = record.options;
    const data = options.find((option) => option.code === nsid)?.data;
    if (Buffer.isBuffer(data) && data.length > 0) return data.toString('utf8');
  }
  return undefined;
}
