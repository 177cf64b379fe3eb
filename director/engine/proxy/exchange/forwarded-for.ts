import ipaddr from 'ipaddr.js';
import { fieldName } from '../../http/field-name.ts';
import type { HeadEdits } from '../../http/head-edits.ts';
import { fromLatin1 } from '../../http/octets.ts';
import type { ForwardFor, ProxyCommon } from '../configuration.ts';
import type { Session } from '../runtime/session.ts';

type Adds = (session: Session, edits: HeadEdits) => void;

/** `option forwardfor` and `originalto` of a backend and whatever frontend a request has come by. */
export class ForwardedFields {
  readonly #back: ProxyCommon;
  readonly #byFront = new Map<ProxyCommon, Adds>();

  constructor(back: ProxyCommon) {
    this.#back = back;
  }

  add(front: ProxyCommon, session: Session, edits: HeadEdits): void {
    let adds = this.#byFront.get(front);
    if (adds === undefined) {
      adds = forwardedFields(front, this.#back);
      this.#byFront.set(front, adds);
    }
    adds(session, edits);
  }
}

/** The backend's header name comes first; a header that is there already is respected only when nobody wants it added always. */
function forwardedFields(front: ProxyCommon, back: ProxyCommon): Adds {
  const adders = [
    adder([front.forwardFor, back.forwardFor], ({ source }) => source.address),
    adder([front.originalTo, back.originalTo], ({ destination }) => destination.address),
  ].filter((add) => add !== undefined);
  return (session, edits) => {
    for (const add of adders) add(session, edits);
  };
}

function adder(
  [front, back]: readonly [Partial<ForwardFor> | undefined, Partial<ForwardFor> | undefined],
  addressOf: (session: Session) => string,
): Adds | undefined {
  const settings = [front, back].filter((one) => one !== undefined);
  const name = fieldName((back ?? front)?.header ?? '');
  if (settings.length === 0 || name === undefined) return undefined;
  const ifNone = settings.every((one) => one.ifNone === true);
  const excepted = settings.flatMap(({ except }) => except ?? []).map(networkTest);
  return (session, edits) => {
    const address = addressOf(session);
    if (address === '' || excepted.some((holds) => holds(address))) return;
    if (!ifNone || edits.find(name) === -1) edits.add(name, fromLatin1(address));
  };
}

function networkTest({ address, prefixLength }: NonNullable<ForwardFor['except']>): (tested: string) => boolean {
  const network = ipaddr.parse(address);
  return (tested) => {
    const one = ipaddr.parse(tested);
    return one.kind() === network.kind() && one.match(network, prefixLength);
  };
}
