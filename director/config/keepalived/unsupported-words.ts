/**
 * Words of keepalived.conf(5) that this director does not act on yet. Naming them keeps a correct file from being called
 * misspelt; using one is still an error, because ignoring it would change what the file asks for.
 */
export const unsupportedWords: ReadonlySet<string> = new Set(
  `include static_ipaddress static_routes static_rules linkbeat_use_polling vrrp_script vrrp_track_process bfd_instance
  virtual_server_group vrrp_track_file track_file track_interface track_script track_bfd track_process virtual_routes
  virtual_rules virtual_ipaddress_excluded unicast_peer unicast_src_ip mcast_src_ip use_vmac vmac_xmit_base native_ipv6
  dont_track_primary strict_mode accept no_accept skip_check_adv_addr lvs_sync_daemon lvs_sync_daemon_interface
  notify notify_master notify_backup notify_fault notify_stop notify_master_rx_lower_pri notify_up notify_down
  quorum_up quorum_down garp_lower_prio_delay garp_lower_prio_repeat lower_prio_no_advert higher_prio_send_advert
  down_timer_adverts global_tracking sync_group_tracking_weight promote_secondaries kernel_rx_buf checksum_compatibility
  HTTP_GET SSL_GET SMTP_CHECK MISC_CHECK DNS_CHECK UDP_CHECK PING_CHECK BFD_CHECK FILE_CHECK
  persistence_timeout persistence_engine persistence_granularity ops virtualhost hysteresis quorum sorry_server
  sorry_server_inhibit sorry_server_lvs_method lvs_flush sh-port sh-fallback mh-port mh-fallback
  uthreshold lthreshold snmp_name ip_family bind_if bind_port`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/**
 * Words that only concern mail, logging or the process itself: they change nothing that a client of the cluster could
 * see, so they are read and left alone.
 */
export const harmlessGlobals =
  `notification_email notification_email_from smtp_server smtp_helo_name smtp_connect_timeout
  smtp_alert smtp_alert_vrrp smtp_alert_checker router_id lvs_id process_names enable_script_security script_user
  use_symlink_paths vrrp_priority checker_priority vrrp_rt_priority checker_rt_priority vrrp_no_swap checker_no_swap
  enable_snmp_vrrp enable_snmp_checker enable_traps enable_dbus log_unknown_vrids vrrp_garp_interval`.split(/\s+/);
