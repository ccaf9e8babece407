/**
 * @file core/base/lean.h  Lean: libre without OpenSSL
 *
 *     libre -> [lean] -> mbedTLS, core/base/entropy
 *
 * Debian's libre needs OpenSSL for a handful of functions, which costs 4 MB
 * of memory in a phone that has mbedTLS anyway. libre's archive has them in
 * objects of their own, and the linker takes those only when nobody has
 * defined what is in them before; CMakeLists.txt makes it look here first
 * (-u). So this file defines names that belong to libre, on purpose and
 * against the rule: hmac_sha1, md5, md5_printf, rand_*, openssl_*, and
 * zlib's crc32 as libre knows it. They have libre's contracts: re_hmac.h,
 * re_md5.h, re_sys.h, re_crc32.h.
 *
 * With the shared library instead the same happens, but for OpenSSL being
 * loaded in vain.
 */
#ifndef CORE_BASE_LEAN_H
#define CORE_BASE_LEAN_H

#include "core/base/re.h"

/** libre's start of OpenSSL: here only writing to a closed pipe is made an
    error instead of a signal, as there. @return 0 */
int openssl_init(void);

/** libre's end of OpenSSL: nothing */
void openssl_close(void);

#endif
