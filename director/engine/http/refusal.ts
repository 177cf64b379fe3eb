/** Why octets are not taken for a message, for the log. */
const REQUEST_STATUS = {
  // Lines and octets
  'carriage-return': 400,
  'line-feed': 400,
  'leading-octets': 400,
  'head-too-large': 400,
  'too-many-fields': 400,
  'cut-short': 400,
  'timed-out': 408,
  // Start line
  method: 400,
  target: 400,
  'target-form': 400,
  'user-information': 400,
  version: 400,
  'version-unsupported': 505,
  'no-version': 400,
  status: 400,
  reason: 400,
  // Fields
  'fold-without-field': 400,
  'no-colon': 400,
  'blank-before-colon': 400,
  'field-name': 400,
  'nul-in-value': 400,
  'control-in-value': 400,
  // Host
  'host-missing': 400,
  'host-repeated': 400,
  host: 400,
  'host-disagrees': 400,
  // Framing
  'content-length': 400,
  'content-length-differs': 400,
  'content-length-overflow': 400,
  'transfer-coding-not-chunked': 400,
  'transfer-coding-unknown': 422,
  'transfer-encoding-in-1.0': 400,
  'connect-with-content': 400,
  // Upgrade
  'websocket-without-key': 400,
  'upgrade-not-asked': 400,
  // Body
  'chunk-size': 400,
  'chunk-size-overflow': 400,
  'chunk-extension': 400,
  'chunk-overhead': 400,
  'chunk-end': 400,
} as const satisfies Record<string, number>;

export type Reason = keyof typeof REQUEST_STATUS;

/** What the client is told about a request that is refused; HAProxy's numbers. */
export function requestRefusalStatus(reason: Reason): number {
  return REQUEST_STATUS[reason];
}

/** What the client is told about a server's answer that is refused. */
export function responseRefusalStatus(reason: Reason): number {
  return reason === 'timed-out' ? 504 : 502;
}

export const REASONS: readonly Reason[] = Object.keys(REQUEST_STATUS) as Reason[];
