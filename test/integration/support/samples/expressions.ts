import { answerGroups, expressionGroups, type Group } from './groups.ts';

const GET = [
  'GET /dir/page.html?a=1&b=two&a=3&empty=&c=x%20y HTTP/1.1',
  'Host: www.example.org:8080',
  'X-List: one, two ,"thr,ee",,four,',
  'X-List: five',
  'X-Number: -12abc',
  'X-Address: 10.1.2.3, 2001:db8::1',
  'X-Port: 10.1.2.3:80',
  'X-Six: [2001:db8::1]:80',
  'X-Empty:',
  'Cookie: sid=abc; other="q;uo"; sid=def; novalue',
  'Cookie: third=3',
  'Authorization: Basic dXNlcjE6cGEkJHdvcmQ=',
  'Accept-Language: en;q=0.5, gl, es;q=0.8',
  'User-Agent: Mozilla/5.0 (X11)',
].join('\r\n');
const get = `${GET}\r\n\r\n`;
const POST = `POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\nname=a+b&name=c&z=%41`;
const ABSOLUTE = 'GET http://user-less.example:80/p?q=1 HTTP/1.1\r\nHost: user-less.example\r\n\r\n';
const NUMERIC = 'GET http://10.0.0.7:8081/p HTTP/1.1\r\nHost: 10.0.0.7:8081\r\n\r\n';
const BEARER = 'GET / HTTP/1.0\r\nAuthorization: Bearer to.ken\r\n\r\n';
const STAR = 'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n';

const fetches = [
  ...['always_true', 'always_false', 'bool(true)', 'bool(0)', 'int(5)', 'int(-7)', 'str(abc)', 'ipv4(10.0.0.1)'],
  ...['ipv6(2001:DB8::0:1)', 'meth(GET)', 'env(RELEVO_TEST)', 'env(NOT_THERE)', 'var(txn.none)', 'var(txn.none,dflt)'],
  ...['src', 'src_port', 'dst', 'dst_port', 'fc_http_major', 'fe_name', 'fe_defbe', 'so_name'],
  ...['ssl_fc', 'ssl_fc_has_sni', 'ssl_fc_sni', 'ssl_c_used', 'ssl_fc_protocol'],
  ...['base', 'baseq', 'path', 'pathq', 'query', 'url', 'url_ip', 'url_port', 'method', 'req.ver', 'req.proto_http'],
  ...['url_param(a)', 'url_param(b)', 'url_param(empty)', 'url_param(none)', 'url_param()', 'urlp_val(a)', 'urlp(c)'],
  ...['url_param(page.html,/)', 'req.hdr(x-list)', 'req.hdr(x-list,1)', 'req.hdr(x-list,3)', 'req.hdr(x-list,4)'],
  ...['req.hdr(x-list,6)', 'req.hdr(x-list,-1)', 'req.hdr(x-list,-3)', 'req.hdr(x-list,9)', 'req.hdr_cnt(x-list)'],
  ...['req.hdr_cnt(none)', 'req.fhdr(x-list)', 'req.fhdr(x-list,1)', 'req.fhdr_cnt(x-list)', 'req.hdr_names'],
  ...['req.hdr_names(;)', 'req.hdr_val(x-number)', 'req.hdr_ip(x-address)', 'req.hdr_ip(x-address,1)'],
  ...['req.hdr_ip(x-port)', 'req.hdr_ip(x-six)', 'req.hdr(x-empty)', 'req.hdr_cnt(x-empty)', 'req.hdr(none)'],
  ...['hdr(host)', 'req.hdr(HOST)', 'req.cook(sid)', 'req.cook(other)', 'req.cook(novalue)', 'req.cook(third)'],
  ...['req.cook_cnt(sid)', 'req.cook_val(third)', 'cookie(sid)', 'req.cook()', 'req.cook_cnt()', 'req.hdr_cnt()'],
  ...['http_auth_user', 'http_auth_pass', 'http_auth_type', 'http_auth_bearer', 'http_auth(people)'],
  ...['http_first_req', 'capture.req.method', 'capture.req.uri', 'capture.req.ver'],
  ...['req.body', 'req.body_len', 'req.body_size', 'be_name', 'nbsrv(pair)', 'be_conn(pair)'],
  ...['queue(pair)', 'avg_queue(pair)', 'connslots(pair)', 'connslots(limited)', 'be_conn_free(limited)'],
  ...['be_conn_free(pair)', 'srv_is_up(pair/one)', 'srv_conn(pair/one)', 'srv_conn_free(limited/one)'],
  ...['srv_weight(pair/two)', 'srv_iweight(pair/two)', 'srv_uweight(pair/two)', 'srv_queue(pair/two)'],
  ...['be_sess_rate(pair)', 'stopping', 'wait_end', 'be_server_timeout'],
  ...['be_tunnel_timeout', 'fe_client_timeout', 'sc_conn_cnt(0)'],
  ...['sc_tracked(0)', 'sc_get_gpc0(0)', 'fc_err', 'fc_err_str', 'unique-id', 'req.len'],
];

/** 2.6 takes the sum of two negative numbers for an overflow: docs/director/differences.md. */
const MISTAKEN = new Set(['int(-5),sub(9)']);

const numbers = ['5', '-5', '0', '9223372036854775807', '-9223372036854775807']
  .flatMap((number) =>
    [
      ...['bool', 'not', 'neg', 'cpl', 'even', 'odd', 'add(7)', 'sub(9)', 'mul(3)', 'div(2)', 'div(0)', 'mod(3)'],
      ...['mod(0)', 'and(6)', 'or(8)', 'xor(-1)', 'add(txn.none)', 'length', 'hex', 'iif(yes,no)', 'div(-1)'],
    ].map((converter) => `int(${number}),${converter}`),
  )
  .filter((one) => !MISTAKEN.has(one));

const fields = ['1', '2', '3', '5', '6', '-1', '-2', '-5', '-6'].flatMap((index) =>
  ['', ',2', ',0', ',3', ',9'].flatMap((count) => [
    `str(f1_f2_f3__f5),field(${index},_${count})`,
    `str(f1_f2_f3__f5),word(${index},_${count})`,
    `str(_a_b_),word(${index},_${count})`,
    `str(_a.b_),field(${index},_.${count})`,
  ]),
);

const texts = [
  ...['length', 'lower', 'upper', 'ltrim(Aa)', 'rtrim(dD)', 'bytes(2)', 'bytes(1,2)', 'bytes(9)', 'bytes(0,0)'],
  ...['concat(-,txn.none,+)', 'concat(x)', 'hex', 'base64', 'crc32', 'crc32(1)', 'crc32c', 'crc32c(1)', 'djb2'],
  ...['djb2(1)', 'sdbm', 'sdbm(1)', 'wt6', 'wt6(1)', 'xxh32', 'xxh32(7)', 'xxh64', 'xxh64(7)', 'sha1,hex', 'sha2,hex'],
  ...['sha2(224),hex', 'sha2(384),hex', 'sha2(512),hex', 'url_enc', 'regsub(b,X)', 'regsub(b,X,g)', 'regsub(B,X,gi)'],
  ...['regsub([bc]+,<\\0>,g)', 'regsub(z*,-,g)', 'cut_crlf', 'json', 'json(utf8)', 'b64dec', 'hex2i', 'url_dec'],
  ...['url_dec(1)', 'host_only', 'port_only', 'language(es;gl)', 'strcmp(txn.none)', 'nbsrv', 'bool', 'not', 'add(1)'],
].flatMap((converter) =>
  ['AabcbcD', 'a%20b+c?d+e', '0x1F', 'host:80', '[::1]:443', 'YWJj', '12', 'a%0D%0Ab'].map(
    (text) => `str(${text}),${converter}`,
  ),
);

const others = [
  ...['date,length', 'int(1700000000),utime(%Y-%m-%dT%H:%M:%SZ)', 'int(1700000000),utime(%a\\ %A\\ %b\\ %B\\ %c)'],
  ...['int(1700000000),utime(%C\\ %d\\ %D\\ %e\\ %F\\ %g\\ %G)', 'int(1700000000),utime(%h\\ %H\\ %I\\ %j\\ %k\\ %l)'],
  ...['int(1700000000),utime(%m\\ %M\\ %p\\ %P\\ %r\\ %R\\ %s)', 'int(1700000000),utime(%S\\ %T\\ %u\\ %U\\ %V\\ %w)'],
  ...['int(1700000000),utime(%W\\ %x\\ %X\\ %y\\ %Y\\ %z\\ %%)', 'int(951782400),utime(%F\\ %j\\ %U\\ %V\\ %W)'],
  ...['int(1104537600),utime(%F\\ %G\\ %V)', 'int(1700000000),utime(%F,86400)', 'int(1700000000),http_date'],
  ...['int(1700000000),http_date(60)', 'int(1700000000000),http_date(0,ms)', 'int(1700000000),ltime(%F\\ %T\\ %z)'],
  ...['src,ipmask(24)', 'src,ipmask(255.255.0.0)', 'src,ipmask(0)', 'ipv6(2001:db8:1:2::3),ipmask(24,48)'],
  ...[
    'ipv6(2001:db8:1:2::3),ipmask(24)',
    'src,hex',
    'src,add(1)',
    'int(167772161),ipmask(32)',
    'str(10.1.2.3),ipmask(8)',
  ],
  ...['src,lower', 'src,length', 'method,lower', 'method,length', 'always_true,add(1)'],
  ...['str(pair),nbsrv', 'str(none),nbsrv', 'str(pair/one),srv_queue', 'str(x),set-var(txn.s)', 'var(txn.s)'],
  ...['str(abc),strcmp(txn.s)', 'str(xyz),strcmp(txn.s)', 'str(x),secure_memcmp(txn.s)', 'str(y),concat(-,txn.s,-)'],
  ...['str(y),unset-var(txn.s)', 'var(txn.s)', 'str(%C3%A9%22),url_dec,json(utf8)', 'str(%C3%A9%22),url_dec,json'],
  ...['str(%C3%22),url_dec,json(utf8)', 'str(%C3%22),url_dec,json(utf8s)', 'str(%C3%22),url_dec,json(utf8p)'],
  ...['str(%00%01%7F%C3%A9),url_dec', 'str(a%00b),url_dec,length', 'str(/%5C%22),url_dec,json', 'str(%),url_dec'],
  ...['req.hdr(accept-language),language(es;en)', 'req.hdr(accept-language),language(es;gl;en)'],
  ...['req.hdr(accept-language),language(de,xx)', 'req.hdr(accept-language),language(de)', 'str(es),language(es)'],
  ...['str(abc),bytes(1,1),upper,concat(1),length', 'int(3),mul(txn.t)', 'int(4),set-var(txn.t)', 'int(3),mul(txn.t)'],
  ...['str(-5x),add(2)', 'str(x),add(2)', 'str(99999999999999999999),add(0)', 'bool(true),iif(a,b)', 'str(0),iif(a,b)'],
  ...[
    'str(5),iif(a,b)',
    'str(abc),sha1,base64',
    'str(abcd),base64',
    'str(abcde),base64',
    'str(YW==),b64dec',
    'str(Y*==),b64dec',
  ],
  ...[
    'str(),length',
    'str(),crc32',
    'str(ff),hex2i',
    'str(fg),hex2i',
    'str(-1),hex2i',
    'str(FFFFFFFFFFFFFFFFFF),hex2i',
  ],
  ...['str(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa),xxh64'],
  ...['str(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa),xxh32', 'str(a),bytes(0,9)'],
];

const ofAnswers = [
  ...[
    'status',
    'res.ver',
    'res.hdr(x-list)',
    'res.hdr(x-list,1)',
    'res.hdr_cnt(x-list)',
    'res.fhdr(x-list)',
    'hdr(x-list)',
  ],
  ...['res.hdr_val(content-length)', 'res.hdr_ip(x-address)', 'res.hdr_names', 'res.cook(sid)', 'res.cook(b)'],
  ...[
    'res.cook_cnt(sid)',
    'res.cook_val(n)',
    'cookie(sid)',
    'res.cook()',
    'srv_name',
    'srv_id',
    'be_name',
    'bc_http_major',
  ],
  ...['capture.req.uri', 'capture.req.method', 'capture.res.ver', 'src', 'method', 'http_first_req', 'var(txn.none)'],
  ...['ssl_bc', 'res.len', 'fe_name', 'res.fhdr_cnt(set-cookie)', 'var(req.r)', 'var(res.r)'],
];
const ANSWER = [
  'HTTP/1.1 206 Some Part',
  'X-List: one, two',
  'X-List: three',
  'X-Address: 10.9.8.7',
  'Set-Cookie: sid=abc; Path=/; b=c',
  'Set-Cookie: n=12',
  'Content-Length: 2',
].join('\r\n');

export const expressions: readonly Group[] = [
  ...expressionGroups('a GET', get, fetches),
  ...expressionGroups('a form', POST, [
    ...['req.body_param(name)', 'req.body_param(z)', 'req.body_param(none)', 'req.body_param()', 'req.body_len'],
    ...[
      'req.body',
      'req.body_size',
      'req.body,length',
      'req.body,hex',
      'method',
      'req.hdr_val(content-length)',
      'req.len',
    ],
  ]),
  ...expressionGroups('the absolute form', ABSOLUTE, [
    ...['base', 'baseq', 'path', 'pathq', 'query', 'url', 'url_port', 'req.hdr(host)', 'req.hdr_names', 'url_param(q)'],
  ]),
  ...expressionGroups('an absolute form with an address', NUMERIC, [
    'url',
    'url_ip',
    'url_port',
    'base',
    'path',
    'query',
  ]),
  ...expressionGroups('a bearer', BEARER, [
    ...['http_auth_bearer', 'http_auth_type', 'http_auth_user', 'http_auth_bearer(authorization)', 'http_auth(people)'],
    ...['base', 'req.ver', 'req.hdr(host)', 'path'],
  ]),
  ...expressionGroups('an asterisk', STAR, ['url', 'path', 'pathq', 'query', 'base', 'method']),
  ...expressionGroups('numbers', get, numbers),
  ...expressionGroups('fields and words', get, fields),
  ...expressionGroups('texts', get, texts),
  ...expressionGroups('others', get, others),
  ...answerGroups('an answer', get, `${ANSWER}\r\n\r\nok`, ofAnswers),
];
