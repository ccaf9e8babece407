/**
 * @file core/base/config_machine.h  Keys of [board], for the machine itself
 *
 *     config_table -> [config_machine] -> config: right, or what would be right
 *
 * The phone does nothing with them; the card's image does, and asks
 * `boardphone settings`. What is right here can be written into the files of
 * systemd-networkd, wpa_supplicant and sshd as it stands.
 */
#ifndef CORE_BASE_CONFIG_MACHINE_H
#define CORE_BASE_CONFIG_MACHINE_H

#include "core/base/config_rules.h"

const char *config_check_zone(const char *v);	 /**< Europe/Berlin        */
const char *config_check_network(const char *v); /**< dhcp, 192.0.2.5/24   */
const char *config_check_address(const char *v); /**< 192.0.2.1            */
const char *config_check_host(const char *v);	 /**< ntp.example.org      */
const char *config_check_ssid(const char *v);	 /**< Name of a Wi-Fi      */
const char *config_check_psk(const char *v);	 /**< Its password         */
const char *config_check_country(const char *v); /**< ISO 3166, DE         */
const char *config_check_ssh_key(const char *v); /**< ssh-ed25519 AAAA...  */

/** What the keys of [board] say to each other */
void config_machine_check(const struct config *c, config_rule_h *fault,
			  void *arg);

/** Print what is given, a line NAME=VALUE each, for scripts */
int config_machine_print(struct re_printf *pf, const struct config *c);

#endif
