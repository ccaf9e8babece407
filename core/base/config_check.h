/**
 * @file core/base/config_check.h  Checks of values with a form of their own
 *
 *     config_table -> [config_check] -> config: right, or what would be right
 *
 * Each returns NULL, or what would be right.
 */
#ifndef CORE_BASE_CONFIG_CHECK_H
#define CORE_BASE_CONFIG_CHECK_H

#include "core/base/config.h"

const char *config_check_domain(const char *v);	 /**< example.org, an address */
const char *config_check_user(const char *v);	 /**< alice, sip:alice@host   */
const char *config_check_uri(const char *v);	 /**< One sip: URI            */
const char *config_check_ha1(const char *v);	 /**< 32 or 64 hex digits     */
const char *config_check_uuid(const char *v);	 /**< RFC 9562                */
const char *config_check_url(const char *v);	 /**< wss://host:port/path    */
const char *config_check_ice(const char *v);	 /**< stun:host, turn:u:p@host*/
const char *config_check_file(const char *v);	 /**< Can be read             */
const char *config_check_path(const char *v);	 /**< Absolute                */
const char *config_check_sound(const char *v);	 /**< alsa:, sim:, none       */
const char *config_check_music(const char *v);	 /**< sim:tone, file, none    */
const char *config_check_camera(const char *v);	 /**< v4l2:, sim:, none       */
const char *config_check_screen(const char *v);	 /**< drm, sim:slides, none   */
const char *config_check_display(const char *v); /**< drm, file=DIR, none    */
const char *config_check_auto(const char *v);	 /**< no, yes or sip: URIs    */
const char *config_check_mode(const char *v);	 /**< 0600                    */
const char *config_check_gpio(const char *v);	 /**< chip:line and options   */
const char *config_check_name(const char *v);	 /**< Of a button, lamp, relay*/
const char *config_check_header(const char *v);	 /**< Name of a header        */
const char *config_check_account(const char *v); /**< Name of an account      */
const char *config_check_cap(const char *v);	 /**< Feature tag (RFC 3840)  */
const char *config_check_listen(const char *v);	 /**< ADDRESS:PORT            */
const char *config_check_label(const char *v);	 /**< One label of a name     */
const char *config_check_hash(const char *v);	 /**< crypt(5)                */
const char *config_check_password(const char *v); /**< Of the page            */

#endif
