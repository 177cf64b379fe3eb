/**
 * Words of keepalived.conf(5) that this director does not act on. Naming them keeps a correct file from being called
 * misspelt; using one is still an error, because ignoring it would change what the file asks for.
 */
export const unsupportedWords: ReadonlySet<string> = new Set(
  `static_ipaddress static_routes static_rules linkbeat_use_polling linkbeat_interfaces vrrp_script vrrp_track_process
  bfd_instance vrrp_track_file track_file track_interface track_script track_bfd track_process track_group virtual_routes
  virtual_rules virtual_ipaddress_excluded unicast_peer unicast_src_ip mcast_src_ip use_vmac use_vmac_addr use_ipvlan
  vmac_xmit_base native_ipv6 dont_track_primary linkbeat_use_polling strict_mode accept no_accept skip_check_adv_addr
  lvs_sync_daemon_interface notify notify_master notify_backup notify_fault notify_stop notify_deleted
  notify_master_rx_lower_pri notify_priority_changes garp_group garp_lower_prio_delay garp_lower_prio_repeat
  lower_prio_no_advert higher_prio_send_advert down_timer_adverts global_tracking sync_group_tracking_weight
  promote_secondaries kernel_rx_buf checksum_compatibility unicast_fault_no_peer version vrrp_process
  interface_up_down_delays BFD_CHECK net_namespace net_namespace_ipvs namespace_with_ipsets instance
  use_pid_dir child_wait_time nftables nftables_ipvs vrrp_iptables vrrp_ipsets vrrp_startup_delay vmac_prefix
  vrrp_skip_check_adv_addr vrrp_strict vrrp_mcast_group4 vrrp_mcast_group6 lvs_notify_fifo notify_fifo vrrp_notify_fifo
  lvs_notify_fifo_script notify_fifo_script vrrp_notify_fifo_script startup_script shutdown_script`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/**
 * Words that only concern mail, logging or the process itself: they change nothing that a client of the cluster could
 * see, so they are read and left alone.
 */
export const harmlessGlobals =
  `notification_email notification_email_from no_email_faults smtp_server smtp_helo_name smtp_connect_timeout
  no_checker_emails smtp_alert smtp_alert_vrrp smtp_alert_checker router_id lvs_id process_names process_name
  vrrp_process_name checker_process_name bfd_process_name enable_script_security script_user use_symlink_paths
  vrrp_priority checker_priority bfd_priority vrrp_rt_priority checker_rt_priority bfd_rt_priority vrrp_no_swap
  checker_no_swap bfd_no_swap vrrp_cpu_affinity checker_cpu_affinity bfd_cpu_affinity vrrp_rlimit_rttime
  checker_rlimit_rttime bfd_rlimit_rttime enable_snmp_vrrp enable_snmp_checker enable_snmp_rfc enable_snmp_rfcv2
  enable_snmp_rfcv3 enable_traps snmp_socket enable_dbus dbus_service_name log_unknown_vrids vrrp_garp_interval
  vrrp_gna_interval checker_log_all_failures random_seed umask reload_check_config reload_repeat reload_file
  reload_time_file data_use_instance config_save_dir tmp_config_directory include_check dynamic_interfaces
  lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs
  lvs_netlink_monitor_rcv_bufs_force vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force
  vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier
  process_monitor_rcv_bufs process_monitor_rcv_bufs_force fifo_write_vrrp_states_on_reload rs_init_notifies
  startup_script_timeout shutdown_script_timeout max_auto_priority min_auto_priority_delay default_interface
  disable_local_igmp`.split(/\s+/);
