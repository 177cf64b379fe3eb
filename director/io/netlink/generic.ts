import { attribute, concatenate, decodeAttributes, text, type Attributes } from './message.ts';
import { NetlinkError, NetlinkSocket, protocols } from './socket.ts';

/** linux/genetlink.h: the family that knows the numbers of the others. */
const CONTROL_FAMILY = 16;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;
const GENERIC_HEADER = 4;

/** An answer without its generic netlink header. */
export interface GenericAnswer {
  readonly command: number;
  readonly attributes: Attributes;
}

/** One family of generic netlink (IPVS, for one). */
export class GenericFamily {
  private readonly socket: NetlinkSocket;
  private readonly type: number;
  private readonly version: number;

  private constructor(socket: NetlinkSocket, type: number, version: number) {
    this.socket = socket;
    this.type = type;
    this.version = version;
  }

  /** undefined when the kernel has no such family: its module is not loaded, or does not exist. */
  static open(name: string, version: number): GenericFamily | undefined {
    const socket = new NetlinkSocket(protocols.generic);
    const payload = genericMessage(CTRL_CMD_GETFAMILY, 1, attribute(CTRL_ATTR_FAMILY_NAME, text(name)));
    try {
      const answer = socket.get(`find the family ${name}`, CONTROL_FAMILY, payload);
      const id = decodeAttributes(answer.payload.subarray(GENERIC_HEADER)).get(CTRL_ATTR_FAMILY_ID);
      if (id !== undefined) return new GenericFamily(socket, (id[0] ?? 0) + (id[1] ?? 0) * 256, version);
    } catch (error) {
      if (!(error instanceof NetlinkError && error.code === 'ENOENT')) {
        socket.close();
        throw error;
      }
    }
    socket.close();
    return undefined;
  }

  /** Throws NetlinkError with the kernel's errno. `what` completes "The kernel refused to …". */
  request(what: string, command: number, attributes: Uint8Array): void {
    this.socket.request(what, this.type, 0, genericMessage(command, this.version, attributes));
  }

  get(what: string, command: number): GenericAnswer {
    return genericAnswer(this.socket.get(what, this.type, genericMessage(command, this.version)));
  }

  dump(what: string, command: number, attributes: Uint8Array = new Uint8Array()): GenericAnswer[] {
    return this.socket.dump(what, this.type, genericMessage(command, this.version, attributes)).map(genericAnswer);
  }

  close(): void {
    this.socket.close();
  }
}

function genericMessage(command: number, version: number, ...attributes: Uint8Array[]): Uint8Array {
  return concatenate([Uint8Array.of(command, version, 0, 0), ...attributes]);
}

function genericAnswer({ payload }: { readonly payload: Uint8Array }): GenericAnswer {
  return { command: payload[0] ?? 0, attributes: decodeAttributes(payload.subarray(GENERIC_HEADER)) };
}
