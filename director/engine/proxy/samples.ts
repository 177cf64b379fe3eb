/**
 * The sample fetches and converters that are served (configuration manual, sections 7.3 and 7.3.1), by their full names;
 * older names are the reader's business.
 */

/** Section 7.1: what a sample is. `method` is a string that is compared as one. */
export type SampleType = 'any' | 'bool' | 'int' | 'addr' | 'ipv4' | 'ipv6' | 'str' | 'bin' | 'method';

/**
 * When a fetch has something to fetch. `anywhere` and `internal`: always (the latter not while a file is read); `client`:
 * from the accepted connection on; `tlsClient`: after the handshake; `request`: until the request is forwarded;
 * `kept`: from the request until the log; `message`: the request in rules for requests and the response in those for
 * responses; `frontend`: until the log; `backend`, `server`: once one is chosen; `response`: while a response is there;
 * `serverSide`: from the response until the log.
 */
export type Availability =
  | 'anywhere'
  | 'internal'
  | 'client'
  | 'frontend'
  | 'tlsClient'
  | 'request'
  | 'message'
  | 'kept'
  | 'backend'
  | 'server'
  | 'response'
  | 'serverSide';

/**
 * Type, arguments and availability. Arguments are types apart by commas, with a question mark where one may be left out;
 * `backend`, `frontend`, `server`, `table` and `userlist` are names of such, and an empty one means the rule's own proxy.
 */
type FetchSignature = readonly [type: SampleType, parameters: string, available: Availability];

/** `sc_…` count in one of the three tracked entries of a session, `src_…` in the entry of the client's address. */
const stickCounters = [
  'bytes_in_rate',
  'bytes_out_rate',
  'conn_cnt',
  'conn_cur',
  'conn_rate',
  'get_gpc0',
  'get_gpc1',
  'get_gpt0',
  'gpc0_rate',
  'gpc1_rate',
  'http_err_cnt',
  'http_err_rate',
  'http_fail_cnt',
  'http_fail_rate',
  'http_req_cnt',
  'http_req_rate',
  'inc_gpc0',
  'inc_gpc1',
  'clr_gpc0',
  'clr_gpc1',
  'kbytes_in',
  'kbytes_out',
  'sess_cnt',
  'sess_rate',
] as const;
export type StickCounter = (typeof stickCounters)[number];

const plainFetches = {
  // anywhere
  always_true: ['bool', '', 'anywhere'],
  always_false: ['bool', '', 'anywhere'],
  bool: ['bool', 'str', 'anywhere'],
  int: ['int', 'int', 'anywhere'],
  str: ['str', 'str', 'anywhere'],
  ipv4: ['ipv4', 'ipv4', 'anywhere'],
  ipv6: ['ipv6', 'ipv6', 'anywhere'],
  meth: ['method', 'str', 'anywhere'],
  date: ['int', 'int?,str?', 'anywhere'],
  date_us: ['int', '', 'anywhere'],
  env: ['str', 'str', 'anywhere'],
  hostname: ['str', '', 'anywhere'],
  rand: ['int', 'int?', 'anywhere'],
  uuid: ['str', 'int?', 'anywhere'],
  var: ['any', 'str,str?', 'anywhere'],
  'unique-id': ['str', '', 'anywhere'],
  // internal
  stopping: ['bool', '', 'internal'],
  wait_end: ['bool', '', 'internal'],
  avg_queue: ['int', 'backend', 'internal'],
  be_conn: ['int', 'backend', 'internal'],
  be_conn_free: ['int', 'backend', 'internal'],
  be_sess_rate: ['int', 'backend', 'internal'],
  connslots: ['int', 'backend', 'internal'],
  nbsrv: ['int', 'backend', 'internal'],
  queue: ['int', 'backend', 'internal'],
  fe_conn: ['int', 'frontend', 'internal'],
  fe_req_rate: ['int', 'frontend', 'internal'],
  fe_sess_rate: ['int', 'frontend', 'internal'],
  srv_conn: ['int', 'server', 'internal'],
  srv_conn_free: ['int', 'server', 'internal'],
  srv_is_up: ['bool', 'server', 'internal'],
  srv_iweight: ['int', 'server', 'internal'],
  srv_queue: ['int', 'server', 'internal'],
  srv_sess_rate: ['int', 'server', 'internal'],
  srv_uweight: ['int', 'server', 'internal'],
  srv_weight: ['int', 'server', 'internal'],
  table_avl: ['int', 'table', 'internal'],
  table_cnt: ['int', 'table', 'internal'],
  // client
  src: ['ipv4', '', 'client'],
  src_port: ['int', '', 'client'],
  src_is_local: ['bool', '', 'client'],
  dst: ['ipv4', '', 'client'],
  dst_port: ['int', '', 'client'],
  dst_is_local: ['bool', '', 'client'],
  fc_src: ['ipv4', '', 'client'],
  fc_src_port: ['int', '', 'client'],
  fc_dst: ['ipv4', '', 'client'],
  fc_dst_port: ['int', '', 'client'],
  fc_err: ['int', '', 'client'],
  fc_err_str: ['str', '', 'client'],
  fc_http_major: ['int', '', 'client'],
  fc_rcvd_proxy: ['bool', '', 'client'],
  // frontend
  dst_conn: ['int', '', 'frontend'],
  fe_client_timeout: ['int', '', 'frontend'],
  fe_defbe: ['str', '', 'frontend'],
  fe_id: ['int', '', 'frontend'],
  fe_name: ['str', '', 'frontend'],
  so_id: ['int', '', 'frontend'],
  so_name: ['str', '', 'frontend'],
  // tlsClient
  ssl_fc: ['bool', '', 'tlsClient'],
  ssl_fc_alpn: ['str', '', 'tlsClient'],
  ssl_fc_cipher: ['str', '', 'tlsClient'],
  ssl_fc_has_sni: ['bool', '', 'tlsClient'],
  ssl_fc_is_resumed: ['bool', '', 'tlsClient'],
  ssl_fc_protocol: ['str', '', 'tlsClient'],
  ssl_fc_sni: ['str', '', 'tlsClient'],
  ssl_fc_session_id: ['bin', '', 'tlsClient'],
  ssl_fc_err: ['int', '', 'tlsClient'],
  ssl_fc_err_str: ['str', '', 'tlsClient'],
  ssl_c_ca_err: ['int', '', 'tlsClient'],
  ssl_c_err: ['int', '', 'tlsClient'],
  ssl_c_verify: ['int', '', 'tlsClient'],
  ssl_c_used: ['bool', '', 'tlsClient'],
  ssl_fc_has_crt: ['bool', '', 'tlsClient'],
  // request
  base: ['str', '', 'request'],
  baseq: ['str', '', 'request'],
  path: ['str', '', 'request'],
  pathq: ['str', '', 'request'],
  query: ['str', '', 'request'],
  url: ['str', '', 'request'],
  url_ip: ['ipv4', '', 'request'],
  url_port: ['int', '', 'request'],
  url_param: ['str', 'str?,str?', 'request'],
  urlp: ['str', 'str?,str?', 'request'],
  urlp_val: ['int', 'str?,str?', 'request'],
  'req.hdr': ['str', 'str?,int?', 'request'],
  'req.hdr_cnt': ['int', 'str?', 'request'],
  'req.hdr_ip': ['ipv4', 'str?,int?', 'request'],
  'req.hdr_val': ['int', 'str?,int?', 'request'],
  'req.hdr_names': ['str', 'str?', 'request'],
  'req.fhdr': ['str', 'str?,int?', 'request'],
  'req.fhdr_cnt': ['int', 'str?', 'request'],
  'req.cook': ['str', 'str?', 'request'],
  'req.cook_cnt': ['int', 'str?', 'request'],
  'req.cook_val': ['int', 'str?', 'request'],
  'req.ver': ['str', '', 'request'],
  'req.body': ['bin', '', 'request'],
  'req.body_len': ['int', '', 'request'],
  'req.body_size': ['int', '', 'request'],
  'req.body_param': ['bin', 'str?', 'request'],
  'req.len': ['int', '', 'request'],
  'req.payload': ['bin', 'int,int', 'request'],
  'req.ssl_hello_type': ['int', '', 'request'],
  'req.ssl_sni': ['str', '', 'request'],
  'req.ssl_ver': ['int', '', 'request'],
  'req.ssl_alpn': ['str', '', 'request'],
  http_auth: ['bool', 'userlist', 'request'],
  http_auth_group: ['str', 'userlist', 'request'],
  http_auth_user: ['str', '', 'request'],
  http_auth_pass: ['str', '', 'request'],
  http_auth_type: ['str', '', 'request'],
  http_auth_bearer: ['str', 'str?', 'request'],
  // message
  hdr: ['str', 'str?,int?', 'message'],
  cookie: ['str', 'str?', 'message'],
  // kept
  'req.proto_http': ['bool', '', 'kept'],
  method: ['method', '', 'kept'],
  http_first_req: ['bool', '', 'kept'],
  'capture.req.hdr': ['str', 'int', 'kept'],
  'capture.req.method': ['str', '', 'kept'],
  'capture.req.uri': ['str', '', 'kept'],
  'capture.req.ver': ['str', '', 'kept'],
  'capture.res.ver': ['str', '', 'kept'],
  // backend
  be_id: ['int', '', 'backend'],
  be_name: ['str', '', 'backend'],
  be_server_timeout: ['int', '', 'backend'],
  be_tunnel_timeout: ['int', '', 'backend'],
  // server
  srv_id: ['int', '', 'server'],
  srv_name: ['str', '', 'server'],
  // response
  'res.ver': ['str', '', 'response'],
  'res.hdr': ['str', 'str?,int?', 'response'],
  'res.hdr_cnt': ['int', 'str?', 'response'],
  'res.hdr_ip': ['ipv4', 'str?,int?', 'response'],
  'res.hdr_val': ['int', 'str?,int?', 'response'],
  'res.hdr_names': ['str', 'str?', 'response'],
  'res.fhdr': ['str', 'str?,int?', 'response'],
  'res.fhdr_cnt': ['int', 'str?', 'response'],
  'res.cook': ['str', 'str?', 'response'],
  'res.cook_cnt': ['int', 'str?', 'response'],
  'res.cook_val': ['int', 'str?', 'response'],
  'res.len': ['int', '', 'response'],
  'res.body': ['bin', '', 'response'],
  'res.body_len': ['int', '', 'response'],
  // serverSide
  bc_dst_port: ['int', '', 'serverSide'],
  bc_http_major: ['int', '', 'serverSide'],
  bc_src_port: ['int', '', 'serverSide'],
  ssl_bc: ['bool', '', 'serverSide'],
  'capture.res.hdr': ['str', 'int', 'serverSide'],
  status: ['int', '', 'serverSide'],
  sc_tracked: ['bool', 'int,table?', 'internal'],
  sc_trackers: ['int', 'int,table?', 'internal'],
  src_updt_conn_cnt: ['int', 'table', 'client'],
} as const satisfies Readonly<Record<string, FetchSignature>>;

export type FetchName = keyof typeof plainFetches | `${'sc' | 'src'}_${StickCounter}`;

export const fetches: ReadonlyMap<string, FetchSignature> = new Map<string, FetchSignature>([
  ...Object.entries(plainFetches),
  ...stickCounters.flatMap((counter): [string, FetchSignature][] => [
    [`sc_${counter}`, ['int', 'int,table?', 'internal']],
    [`src_${counter}`, ['int', 'table', 'client']],
  ]),
]);

export function isFetchName(name: string): name is FetchName {
  return fetches.has(name);
}

/** What goes in, arguments, what comes out. */
type ConverterSignature = readonly [input: SampleType, parameters: string, output: SampleType];

const servedConverters = {
  bool: ['int', '', 'bool'],
  not: ['int', '', 'bool'],
  neg: ['int', '', 'int'],
  cpl: ['int', '', 'int'],
  even: ['int', '', 'bool'],
  odd: ['int', '', 'bool'],
  add: ['int', 'str', 'int'],
  sub: ['int', 'str', 'int'],
  mul: ['int', 'str', 'int'],
  div: ['int', 'str', 'int'],
  mod: ['int', 'str', 'int'],
  and: ['int', 'str', 'int'],
  or: ['int', 'str', 'int'],
  xor: ['int', 'str', 'int'],
  length: ['str', '', 'int'],
  lower: ['str', '', 'str'],
  upper: ['str', '', 'str'],
  ltrim: ['str', 'str', 'str'],
  rtrim: ['str', 'str', 'str'],
  field: ['str', 'int,str,int?', 'str'],
  word: ['str', 'int,str,int?', 'str'],
  bytes: ['bin', 'int,int?', 'bin'],
  concat: ['str', 'str,str?,str?', 'str'],
  host_only: ['str', '', 'str'],
  port_only: ['str', '', 'int'],
  hex: ['bin', '', 'str'],
  hex2i: ['str', '', 'int'],
  base64: ['bin', '', 'str'],
  b64dec: ['str', '', 'bin'],
  crc32: ['bin', 'int?', 'int'],
  crc32c: ['bin', 'int?', 'int'],
  djb2: ['bin', 'int?', 'int'],
  sdbm: ['bin', 'int?', 'int'],
  wt6: ['bin', 'int?', 'int'],
  xxh32: ['bin', 'int?', 'int'],
  xxh64: ['bin', 'int?', 'int'],
  ipmask: ['addr', 'mask4,mask6?', 'ipv4'],
  in_table: ['any', 'table', 'bool'],
  table_bytes_in_rate: ['any', 'table', 'int'],
  table_bytes_out_rate: ['any', 'table', 'int'],
  table_conn_cnt: ['any', 'table', 'int'],
  table_conn_cur: ['any', 'table', 'int'],
  table_conn_rate: ['any', 'table', 'int'],
  table_gpc0: ['any', 'table', 'int'],
  table_gpc0_rate: ['any', 'table', 'int'],
  table_gpc1: ['any', 'table', 'int'],
  table_gpt0: ['any', 'table', 'int'],
  table_http_err_cnt: ['any', 'table', 'int'],
  table_http_err_rate: ['any', 'table', 'int'],
  table_http_req_cnt: ['any', 'table', 'int'],
  table_http_req_rate: ['any', 'table', 'int'],
  table_kbytes_in: ['any', 'table', 'int'],
  table_kbytes_out: ['any', 'table', 'int'],
  table_server_id: ['any', 'table', 'int'],
  table_sess_cnt: ['any', 'table', 'int'],
  table_sess_rate: ['any', 'table', 'int'],
  table_trackers: ['any', 'table', 'int'],
  regsub: ['str', 'regex,str,str?', 'str'],
  strcmp: ['str', 'str', 'int'],
  secure_memcmp: ['bin', 'str', 'bool'],
  url_dec: ['str', 'int?', 'str'],
  url_enc: ['str', 'str', 'str'],
  language: ['str', 'str,str?', 'str'],
  ltime: ['int', 'str,int?', 'str'],
  utime: ['int', 'str,int?', 'str'],
  http_date: ['int', 'int?,str?', 'str'],
  iif: ['bool', 'str,str', 'str'],
  'set-var': ['any', 'str,str?,str?,str?,str?', 'any'],
  'unset-var': ['any', 'str', 'any'],
  nbsrv: ['str', '', 'int'],
  srv_queue: ['str', '', 'int'],
  sha1: ['bin', '', 'bin'],
  sha2: ['bin', 'int?', 'bin'],
  json: ['str', 'str', 'str'],
  cut_crlf: ['str', '', 'str'],
} as const satisfies Readonly<Record<string, ConverterSignature>>;

export type ConverterName = keyof typeof servedConverters;

export const converters: ReadonlyMap<string, ConverterSignature> = new Map(Object.entries(servedConverters));

export function isConverterName(name: string): name is ConverterName {
  return converters.has(name);
}
