import { fetches } from '../../engine/proxy/samples.ts';

/** Section 7.3: names that fetches also have. */
const aliases: Readonly<Record<string, string>> = {
  hdr_cnt: 'req.hdr_cnt',
  hdr_ip: 'req.hdr_ip',
  hdr_val: 'req.hdr_val',
  cook: 'req.cook',
  cook_cnt: 'req.cook_cnt',
  cook_val: 'req.cook_val',
  shdr: 'res.hdr',
  shdr_cnt: 'res.hdr_cnt',
  shdr_ip: 'res.hdr_ip',
  shdr_val: 'res.hdr_val',
  scook: 'res.cook',
  scook_cnt: 'res.cook_cnt',
  scook_val: 'res.cook_val',
  req_ssl_sni: 'req.ssl_sni',
  req_ssl_ver: 'req.ssl_ver',
  req_ssl_hello_type: 'req.ssl_hello_type',
  req_len: 'req.len',
  req_ver: 'req.ver',
  resp_ver: 'res.ver',
  req_proto_http: 'req.proto_http',
};

/** A fetch by its full name; `counter` is the number in `sc1_conn_rate`, which is `sc_conn_rate(1)`. */
export function fetchNamed(name: string): { readonly name: string; readonly counter?: number } {
  const [, counter, rest] = /^sc([012])_(\w+)$/.exec(name) ?? [];
  if (counter !== undefined && fetches.has(`sc_${rest}`)) return { name: `sc_${rest}`, counter: Number(counter) };
  return { name: (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? name };
}

/** How an ACL's keyword compares when no `-m` says so. */
export type DefaultMethod = 'str' | 'beg' | 'dir' | 'dom' | 'end' | 'len' | 'reg' | 'sub' | 'method' | 'version';

/** Section 7.3.6 and others, "ACL derivatives": `path_beg` is `path -m beg`. */
const derived = new Map<string, string>([
  ['base', 'base'],
  ['cook', 'req.cook'],
  ['hdr', 'req.hdr'],
  ['path', 'path'],
  ['scook', 'res.cook'],
  ['shdr', 'res.hdr'],
  ['url', 'url'],
  ['urlp', 'urlp'],
]);

const plain: Readonly<Record<string, readonly [fetch: string, method: DefaultMethod]>> = {
  http_auth_group: ['http_auth_group', 'str'],
  method: ['method', 'method'],
  req_ssl_sni: ['req.ssl_sni', 'str'],
  req_ssl_ver: ['req.ssl_ver', 'version'],
  'req.ssl_ver': ['req.ssl_ver', 'version'],
  req_ver: ['req.ver', 'str'],
  resp_ver: ['res.ver', 'str'],
  ssl_fc_sni_end: ['ssl_fc_sni', 'end'],
  ssl_fc_sni_reg: ['ssl_fc_sni', 'reg'],
};

/** The fetch of an ACL's keyword, and how it compares; undefined for fetches that are just themselves. */
export function aclKeyword(name: string): readonly [fetch: string, method: DefaultMethod] | undefined {
  if (Object.hasOwn(plain, name)) return plain[name];
  const [, stem = '', method = 'str'] = /^([a-z]+)(?:_(beg|dir|dom|end|len|reg|sub))?$/.exec(name) ?? [];
  const fetch = derived.get(stem);
  return fetch === undefined ? undefined : [fetch, method as DefaultMethod];
}

const list = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Known, so as not to call them misspelt. */
export const unservedFetches = list(`
  base32 base32+src bc_dst bc_err bc_err_str bc_src bin cpu_calls cpu_ns_avg cpu_ns_tot cur_server_timeout
  cur_tunnel_timeout distcc_body distcc_param fc_dst_is_local fc_fackets fc_lost fc_pp_authority
  fc_pp_unique_id fc_reordering fc_retrans fc_rtt fc_rttvar fc_sacked fc_src_is_local fc_unacked fcgi.docroot
  fcgi.index internal.htx.data internal.htx.free internal.htx.free_data internal.htx.has_eom internal.htx.nbblks
  internal.htx.size internal.htx.used internal.htx_blk.data internal.htx_blk.hdrname internal.htx_blk.hdrval
  internal.htx_blk.size internal.htx_blk.start_line internal.htx_blk.type internal.strm.is_htx last_rule_file
  last_rule_line lat_ns_avg lat_ns_tot nbproc payload payload_lv prio_class prio_offset proc rdp_cookie
  rdp_cookie_cnt rep_ssl_hello_type req.hdrs req.hdrs_bin req.payload_lv req.rdp_cookie req.rdp_cookie_cnt
  req.ssl_ec_ext req.ssl_st_ext res.body_size res.cache_hit res.cache_name res.comp res.comp_algo res.hdrs
  res.hdrs_bin res.payload res.payload_lv res.ssl_hello_type sc1_clr_gpc sc_clr_gpc sc_get_gpc sc_get_gpt
  sc_gpc_rate sc_inc_gpc src_clr_gpc src_get_gpc src_get_gpt src_gpc_rate src_inc_gpc ssl_bc_alg_keysize
  ssl_bc_alpn ssl_bc_cipher ssl_bc_client_random ssl_bc_err ssl_bc_err_str ssl_bc_is_resumed ssl_bc_npn
  ssl_bc_protocol ssl_bc_server_random ssl_bc_session_id ssl_bc_session_key ssl_bc_unique_id ssl_bc_use_keysize
  ssl_c_ca_err_depth ssl_c_chain_der ssl_c_der ssl_c_i_dn ssl_c_key_alg ssl_c_notafter
  ssl_c_notbefore ssl_c_s_dn ssl_c_serial ssl_c_sha1 ssl_c_sig_alg ssl_c_version ssl_f_der ssl_f_i_dn
  ssl_f_key_alg ssl_f_notafter ssl_f_notbefore ssl_f_s_dn ssl_f_serial ssl_f_sha1 ssl_f_sig_alg ssl_f_version
  ssl_fc_alg_keysize ssl_fc_cipherlist_bin ssl_fc_cipherlist_hex ssl_fc_cipherlist_str ssl_fc_cipherlist_xxh
  ssl_fc_client_early_traffic_secret ssl_fc_client_handshake_traffic_secret ssl_fc_client_random
  ssl_fc_client_traffic_secret_0 ssl_fc_early_exporter_secret ssl_fc_ecformats_bin ssl_fc_eclist_bin 
  ssl_fc_exporter_secret ssl_fc_extlist_bin ssl_fc_has_early ssl_fc_npn ssl_fc_protocol_hello_id
  ssl_fc_server_handshake_traffic_secret ssl_fc_server_random ssl_fc_server_traffic_secret_0 ssl_fc_session_key
  ssl_fc_unique_id ssl_fc_use_keysize ssl_s_chain_der ssl_s_der ssl_s_i_dn ssl_s_key_alg ssl_s_notafter
  ssl_s_notbefore ssl_s_s_dn ssl_s_serial ssl_s_sha1 ssl_s_sig_alg ssl_s_version thread url32 url32+src
`);

export const unservedConverters = list(`
  add_item aes_gcm_dec be2dec be2hex capture-req capture-res debug digest fix_is_valid fix_tag_value hmac htonl
  json_query jwt_header_query jwt_payload_query jwt_verify map map_beg map_beg_int map_beg_ip map_dir map_dir_int
  map_dir_ip map_dom map_dom_int map_dom_ip map_end map_end_int map_end_ip map_int map_int_int map_int_ip map_ip
  map_ip_int map_ip_ip map_reg map_reg_int map_reg_ip map_regm map_str map_str_int map_str_ip map_sub map_sub_int
  map_sub_ip mqtt_field_value mqtt_is_valid protobuf table_expire table_gpc table_gpc1_rate table_gpc_rate
  table_gpt table_http_fail_cnt table_http_fail_rate table_idle ub64dec ub64enc ungrpc xxh3
`);
