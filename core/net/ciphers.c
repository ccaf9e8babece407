/**
 * @file core/net/ciphers.c  Ciphers
 *
 * AES in counter mode (RFC 3711 section 4.1.1), in GCM (RFC 7714) and
 * HMAC-SHA1, each as the table of functions that libsrtp expects. GCM is
 * here because libsrtp does not start without; DTLS never agrees on it.
 */
#include <stdlib.h>
#include <mbedtls/aes.h>
#include <mbedtls/gcm.h>
#include <mbedtls/md.h>
#include <srtp2/auth.h>
#include <srtp2/cipher.h>
#include "core/base/log.h"
#include "core/net/ciphers.h"

enum {
	BLOCK = 16,    /* Of AES [bytes]                             */
	SALT = 14,     /* Behind the key, RFC 3711 section 4.1.1     */
	GCM_SALT = 12, /* Behind the key, RFC 7714 section 8.1       */
	GCM_IV = 12,   /* RFC 7714 section 8.1                       */
	AAD_MAX = 512, /* Header and extensions, as libsrtp has it   */
	TAG_MAX = 16,  /* Of GCM                                     */
	SHA1_LEN = 20, /* FIPS 180                                   */
	KEY_128 = 16,  /* Keys without salt [bytes]                  */
	KEY_192 = 24,
	KEY_256 = 32,
	BITS = 8,
};

/* libsrtp's own vectors */
extern const srtp_cipher_test_case_t srtp_aes_icm_128_test_case_0;
extern const srtp_cipher_test_case_t srtp_aes_icm_192_test_case_0;
extern const srtp_cipher_test_case_t srtp_aes_icm_256_test_case_0;
extern const srtp_cipher_test_case_t srtp_aes_gcm_128_test_case_0;
extern const srtp_cipher_test_case_t srtp_aes_gcm_256_test_case_0;
extern const srtp_auth_test_case_t srtp_hmac_test_case_0;

/* The objects that are left out have a switch for debugging each */
struct debug_module {
	int on;
	const char *name;
};
extern struct debug_module srtp_mod_aes_icm, srtp_mod_aes_gcm, srtp_mod_hmac;
struct debug_module srtp_mod_aes_icm = { 0, "aes icm" };
struct debug_module srtp_mod_aes_gcm = { 0, "aes gcm" };
struct debug_module srtp_mod_hmac = { 0, "hmac" };

/* What libsrtp's kernel looks for */
extern const srtp_cipher_type_t srtp_aes_icm_128, srtp_aes_icm_192,
	srtp_aes_icm_256, srtp_aes_gcm_128, srtp_aes_gcm_256;
extern const srtp_auth_type_t srtp_hmac;

struct icm {
	mbedtls_aes_context aes;
	unsigned key_bits;
	size_t used;	       /* Of the block `stream` */
	uint8_t offset[BLOCK]; /* From the salt         */
	uint8_t counter[BLOCK];
	uint8_t stream[BLOCK];
};

struct gcm {
	mbedtls_gcm_context gcm;
	unsigned key_bits;
	size_t tag_len, aad_len;
	uint8_t iv[GCM_IV], aad[AAD_MAX], tag[TAG_MAX];
};

struct hmac {
	mbedtls_md_context_t md;
};

static srtp_err_status_t verdict(int ret)
{
	return ret ? srtp_err_status_cipher_fail : srtp_err_status_ok;
}

/* A cipher with zeroed state behind it, in one piece */
static srtp_cipher_t *new_cipher(size_t size, const srtp_cipher_type_t *type,
				 int key_len)
{
	srtp_cipher_t *c = calloc(1, sizeof(*c) + size);

	if (!c)
		return NULL;

	c->state = c + 1;
	c->type = type;
	c->algorithm = (int)type->id;
	c->key_len = key_len;
	return c;
}

static void free_cipher(srtp_cipher_t *c, size_t size)
{
	explicit_bzero(c, sizeof(*c) + size);
	free(c);
}

/* --- Counter mode */

static srtp_err_status_t icm_alloc(srtp_cipher_t **cp, int key_len, int tag_len)
{
	const srtp_cipher_type_t *type;
	struct icm *icm;
	(void)tag_len;

	switch (key_len) {
	case KEY_128 + SALT:
		type = &srtp_aes_icm_128;
		break;
	case KEY_192 + SALT:
		type = &srtp_aes_icm_192;
		break;
	case KEY_256 + SALT:
		type = &srtp_aes_icm_256;
		break;
	default:
		return srtp_err_status_bad_param;
	}

	*cp = new_cipher(sizeof(*icm), type, key_len);
	if (!*cp)
		return srtp_err_status_alloc_fail;

	icm = (*cp)->state;
	icm->key_bits = (unsigned)(key_len - SALT) * BITS;
	mbedtls_aes_init(&icm->aes);
	return srtp_err_status_ok;
}

static srtp_err_status_t icm_dealloc(srtp_cipher_t *c)
{
	struct icm *icm = c->state;

	mbedtls_aes_free(&icm->aes);
	free_cipher(c, sizeof(*icm));
	return srtp_err_status_ok;
}

static srtp_err_status_t icm_init(void *state, const uint8_t *key)
{
	struct icm *icm = state;

	memset(icm->offset, 0, sizeof(icm->offset));
	memcpy(icm->offset, key + icm->key_bits / BITS, SALT);
	return verdict(mbedtls_aes_setkey_enc(&icm->aes, key, icm->key_bits));
}

static srtp_err_status_t icm_set_iv(void *state, uint8_t *iv,
				    srtp_cipher_direction_t direction)
{
	struct icm *icm = state;
	(void)direction;

	for (unsigned i = 0; i < BLOCK; i++)
		icm->counter[i] = icm->offset[i] ^ iv[i];

	icm->used = 0;
	return srtp_err_status_ok;
}

static srtp_err_status_t icm_crypt(void *state, uint8_t *buf, unsigned *len)
{
	struct icm *icm = state;

	return verdict(mbedtls_aes_crypt_ctr(&icm->aes, *len, &icm->used,
					     icm->counter, icm->stream, buf,
					     buf));
}

#define ICM(bits)                                                              \
	const srtp_cipher_type_t srtp_aes_icm_##bits = {                       \
		.alloc = icm_alloc,                                            \
		.dealloc = icm_dealloc,                                        \
		.init = icm_init,                                              \
		.encrypt = icm_crypt,                                          \
		.decrypt = icm_crypt,                                          \
		.set_iv = icm_set_iv,                                          \
		.description = "AES-" #bits " counter mode, mbedTLS",          \
		.test_data = &srtp_aes_icm_##bits##_test_case_0,               \
		.id = SRTP_AES_ICM_##bits,                                     \
	}

ICM(128);
ICM(192);
ICM(256);

/* --- GCM */

static srtp_err_status_t gcm_alloc(srtp_cipher_t **cp, int key_len, int tag_len)
{
	const srtp_cipher_type_t *type;
	struct gcm *g;

	if (key_len == KEY_128 + GCM_SALT)
		type = &srtp_aes_gcm_128;
	else if (key_len == KEY_256 + GCM_SALT)
		type = &srtp_aes_gcm_256;
	else
		return srtp_err_status_bad_param;

	if (tag_len < 0 || tag_len > TAG_MAX)
		return srtp_err_status_bad_param;

	*cp = new_cipher(sizeof(*g), type, key_len);
	if (!*cp)
		return srtp_err_status_alloc_fail;

	g = (*cp)->state;
	g->key_bits = (unsigned)(key_len - GCM_SALT) * BITS;
	g->tag_len = (size_t)tag_len;
	mbedtls_gcm_init(&g->gcm);
	return srtp_err_status_ok;
}

static srtp_err_status_t gcm_dealloc(srtp_cipher_t *c)
{
	struct gcm *g = c->state;

	mbedtls_gcm_free(&g->gcm);
	free_cipher(c, sizeof(*g));
	return srtp_err_status_ok;
}

static srtp_err_status_t gcm_init(void *state, const uint8_t *key)
{
	struct gcm *g = state;

	mbedtls_gcm_free(&g->gcm);
	mbedtls_gcm_init(&g->gcm);
	return verdict(mbedtls_gcm_setkey(&g->gcm, MBEDTLS_CIPHER_ID_AES, key,
					  g->key_bits));
}

static srtp_err_status_t gcm_set_iv(void *state, uint8_t *iv,
				    srtp_cipher_direction_t direction)
{
	struct gcm *g = state;
	(void)direction;

	memcpy(g->iv, iv, sizeof(g->iv));
	g->aad_len = 0;
	return srtp_err_status_ok;
}

static srtp_err_status_t gcm_set_aad(void *state, const uint8_t *aad,
				     uint32_t len)
{
	struct gcm *g = state;

	if (len > sizeof(g->aad) - g->aad_len)
		return srtp_err_status_bad_param;

	memcpy(g->aad + g->aad_len, aad, len);
	g->aad_len += len;
	return srtp_err_status_ok;
}

static srtp_err_status_t gcm_encrypt(void *state, uint8_t *buf, unsigned *len)
{
	struct gcm *g = state;

	return verdict(mbedtls_gcm_crypt_and_tag(
		&g->gcm, MBEDTLS_GCM_ENCRYPT, *len, g->iv, sizeof(g->iv),
		g->aad, g->aad_len, buf, buf, g->tag_len, g->tag));
}

static srtp_err_status_t gcm_get_tag(void *state, uint8_t *tag, uint32_t *len)
{
	struct gcm *g = state;

	memcpy(tag, g->tag, g->tag_len);
	*len = (uint32_t)g->tag_len;
	return srtp_err_status_ok;
}

/* The tag stands behind the text */
static srtp_err_status_t gcm_decrypt(void *state, uint8_t *buf, unsigned *len)
{
	struct gcm *g = state;
	unsigned tag_len = (unsigned)g->tag_len;

	if (*len < tag_len)
		return srtp_err_status_bad_param;

	*len -= tag_len;
	if (mbedtls_gcm_auth_decrypt(&g->gcm, *len, g->iv, sizeof(g->iv),
				     g->aad, g->aad_len, buf + *len, tag_len,
				     buf, buf))
		return srtp_err_status_auth_fail;

	return srtp_err_status_ok;
}

#define GCM(bits)                                                              \
	const srtp_cipher_type_t srtp_aes_gcm_##bits = {                       \
		.alloc = gcm_alloc,                                            \
		.dealloc = gcm_dealloc,                                        \
		.init = gcm_init,                                              \
		.set_aad = gcm_set_aad,                                        \
		.encrypt = gcm_encrypt,                                        \
		.decrypt = gcm_decrypt,                                        \
		.set_iv = gcm_set_iv,                                          \
		.get_tag = gcm_get_tag,                                        \
		.description = "AES-" #bits " GCM, mbedTLS",                   \
		.test_data = &srtp_aes_gcm_##bits##_test_case_0,               \
		.id = SRTP_AES_GCM_##bits,                                     \
	}

GCM(128);
GCM(256);

/* --- HMAC-SHA1 */

static srtp_err_status_t hmac_alloc(srtp_auth_t **ap, int key_len, int out_len)
{
	srtp_auth_t *a;
	struct hmac *h;

	if (key_len < 0 || out_len < 0 || out_len > SHA1_LEN)
		return srtp_err_status_bad_param;

	a = calloc(1, sizeof(*a) + sizeof(*h));
	if (!a)
		return srtp_err_status_alloc_fail;

	h = (struct hmac *)(a + 1);
	mbedtls_md_init(&h->md);
	if (mbedtls_md_setup(&h->md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA1),
			     1)) {
		free(a);
		return srtp_err_status_alloc_fail;
	}

	a->type = &srtp_hmac;
	a->state = h;
	a->key_len = key_len;
	a->out_len = out_len;
	*ap = a;
	return srtp_err_status_ok;
}

static srtp_err_status_t hmac_dealloc(srtp_auth_t *a)
{
	struct hmac *h = a->state;

	mbedtls_md_free(&h->md); /* Which wipes it */
	free(a);
	return srtp_err_status_ok;
}

static srtp_err_status_t hmac_init(void *state, const uint8_t *key, int len)
{
	struct hmac *h = state;

	return verdict(mbedtls_md_hmac_starts(&h->md, key, (size_t)len));
}

static srtp_err_status_t hmac_start(void *state)
{
	struct hmac *h = state;

	return verdict(mbedtls_md_hmac_reset(&h->md));
}

static srtp_err_status_t hmac_update(void *state, const uint8_t *p, int len)
{
	struct hmac *h = state;

	return verdict(mbedtls_md_hmac_update(&h->md, p, (size_t)len));
}

static srtp_err_status_t hmac_compute(void *state, const uint8_t *p, int len,
				      int tag_len, uint8_t *tag)
{
	struct hmac *h = state;
	uint8_t full[SHA1_LEN];
	int ret;

	if (tag_len > SHA1_LEN)
		return srtp_err_status_bad_param;

	ret = mbedtls_md_hmac_update(&h->md, p, (size_t)len);
	if (!ret)
		ret = mbedtls_md_hmac_finish(&h->md, full);

	memcpy(tag, full, (size_t)tag_len);
	return verdict(ret);
}

const srtp_auth_type_t srtp_hmac = {
	.alloc = hmac_alloc,
	.dealloc = hmac_dealloc,
	.init = hmac_init,
	.compute = hmac_compute,
	.update = hmac_update,
	.start = hmac_start,
	.description = "HMAC-SHA1, mbedTLS",
	.test_data = &srtp_hmac_test_case_0,
	.id = SRTP_HMAC_SHA1,
};

/* Never undone, since others may still use it */
int ciphers_start(void)
{
	static bool done;
	srtp_err_status_t status;

	if (done)
		return 0;

	status = srtp_init();
	if (status) {
		log_warning("ciphers: libsrtp does not start: status %d\n",
			    (int)status);
		return EPROTO;
	}

	done = true;
	return 0;
}
