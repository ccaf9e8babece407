/**
 * @file tests/loop/support/points.c  Points
 *
 * The linker leads the library's own calls here (--wrap). Nothing of this is
 * on the heap, where tests count.
 */
#include <stdint.h>
#include <string.h>
#include <mbedtls/ecp.h>
#include "tests/loop/support/points.h"

#ifndef MBEDTLS_PRIVATE /* Since 3.0 */
#define MBEDTLS_PRIVATE(member) member
#endif

enum {
	SCALAR = 32, /* SEC 1 section 2.3.7 [bytes]         */
	POINT = 65,  /* Section 2.3.3, uncompressed [bytes] */
	KEYS = 8,    /* To draw from: a power of two        */
	KEY_STEP = 13,
	OWNERS = 8,	 /* Whose key is known, the latest */
	PRODUCTS = 4096, /* A power of two                 */
	PROBES = 4,	 /* Places for each                */
	HASH_FACTOR = 31,
	BLIND_FACTOR = 5, /* Of a sequence with all 256 octets */
};

typedef int(random_h)(void *arg, unsigned char *buf, size_t len);

/* As the linker names the library's own, and what it calls instead */
int __real_mbedtls_ecp_gen_privkey(const mbedtls_ecp_group *grp, mbedtls_mpi *d,
				   random_h *rng, void *arg);
int __wrap_mbedtls_ecp_gen_privkey(const mbedtls_ecp_group *grp, mbedtls_mpi *d,
				   random_h *rng, void *arg);
int __real_mbedtls_ecp_gen_key(mbedtls_ecp_group_id id,
			       mbedtls_ecp_keypair *key, random_h *rng,
			       void *arg);
int __wrap_mbedtls_ecp_gen_key(mbedtls_ecp_group_id id,
			       mbedtls_ecp_keypair *key, random_h *rng,
			       void *arg);
int __real_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *grp,
				       mbedtls_ecp_point *r,
				       const mbedtls_mpi *m,
				       const mbedtls_ecp_point *p,
				       random_h *rng, void *arg,
				       mbedtls_ecp_restart_ctx *restart);
int __wrap_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *grp,
				       mbedtls_ecp_point *r,
				       const mbedtls_mpi *m,
				       const mbedtls_ecp_point *p,
				       random_h *rng, void *arg,
				       mbedtls_ecp_restart_ctx *restart);
int __real_mbedtls_ecp_muladd_restartable(
	mbedtls_ecp_group *grp, mbedtls_ecp_point *r, const mbedtls_mpi *m,
	const mbedtls_ecp_point *p, const mbedtls_mpi *n,
	const mbedtls_ecp_point *q, mbedtls_ecp_restart_ctx *restart);
int __wrap_mbedtls_ecp_muladd_restartable(
	mbedtls_ecp_group *grp, mbedtls_ecp_point *r, const mbedtls_mpi *m,
	const mbedtls_ecp_point *p, const mbedtls_mpi *n,
	const mbedtls_ecp_point *q, mbedtls_ecp_restart_ctx *restart);

struct product {
	uint8_t scalar[SCALAR];
	uint8_t point[POINT];
	uint8_t is[POINT]; /* First octet 0: nothing is here */
};

static struct owner {
	uint8_t secret[SCALAR];
	uint8_t point[POINT];
} ownerv[OWNERS];

static struct product productv[PRODUCTS];
static unsigned owners;
static bool keeping;

void points_keep(bool keep)
{
	keeping = keep;
}

static bool here(const mbedtls_ecp_group *grp)
{
	return keeping && grp->id == MBEDTLS_ECP_DP_SECP256R1;
}

static int encode(const mbedtls_ecp_group *grp, const mbedtls_ecp_point *p,
		  uint8_t buf[POINT])
{
	size_t n = 0;
	int err = mbedtls_ecp_point_write_binary(
		grp, p, MBEDTLS_ECP_PF_UNCOMPRESSED, &n, buf, POINT);

	return err || n != POINT; /* Infinity is one octet */
}

/* Blinds products, which it does not change. The phone's entropy must not
   depend on what is kept */
static int blind(void *unused, unsigned char *buf, size_t len)
{
	static uint8_t n = 1;
	(void)unused;

	while (len--)
		*buf++ = n = (uint8_t)(n * BLIND_FACTOR + 1);
	return 0;
}

/* The product that is here, or the place for it */
static struct product *find(const uint8_t *scalar, const uint8_t *point)
{
	struct product *pr = NULL;
	uint32_t h = 0;

	for (unsigned i = 0; i < SCALAR; i++)
		h = (h ^ scalar[i] ^ point[1 + i]) * HASH_FACTOR;
	h ^= h >> 16;
	for (unsigned i = 0; i < PROBES; i++) {
		pr = &productv[(h + i) % PRODUCTS];
		if (!pr->is[0])
			break;
		if (!memcmp(pr->scalar, scalar, SCALAR) &&
		    !memcmp(pr->point, point, POINT))
			return pr;
	}

	pr->is[0] = 0;
	memcpy(pr->scalar, scalar, SCALAR);
	memcpy(pr->point, point, POINT);
	return pr;
}

int __wrap_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *grp,
				       mbedtls_ecp_point *r,
				       const mbedtls_mpi *m,
				       const mbedtls_ecp_point *p,
				       random_h *rng, void *arg,
				       mbedtls_ecp_restart_ctx *restart)
{
	uint8_t scalar[SCALAR], point[POINT];
	struct product *pr;
	int err;

	if (!here(grp) || mbedtls_mpi_write_binary(m, scalar, SCALAR) ||
	    encode(grp, p, point) || mbedtls_ecp_check_privkey(grp, m))
		return __real_mbedtls_ecp_mul_restartable(grp, r, m, p, rng,
							  arg, restart);

	pr = find(scalar, point);
	if (pr->is[0])
		return mbedtls_ecp_point_read_binary(grp, r, pr->is, POINT);

	err = __real_mbedtls_ecp_mul_restartable(grp, r, m, p, blind, NULL,
						 restart);
	if (!err && encode(grp, r, pr->is))
		pr->is[0] = 0;
	return err;
}

static const struct owner *owner_of(const mbedtls_ecp_group *grp,
				    const mbedtls_ecp_point *q)
{
	uint8_t point[POINT];

	if (encode(grp, q, point))
		return NULL;

	for (unsigned i = 0; i < OWNERS; i++) {
		if (!memcmp(ownerv[i].point, point, POINT))
			return &ownerv[i];
	}
	return NULL;
}

/* m G + n Q = (m + n d) G, if Q = d G. @return 0, or it must be computed */
static int as_one(mbedtls_ecp_group *grp, mbedtls_ecp_point *r,
		  const mbedtls_mpi *m, const mbedtls_mpi *n,
		  const struct owner *owner)
{
	mbedtls_mpi d;
	int err;

	mbedtls_mpi_init(&d);
	err = mbedtls_mpi_read_binary(&d, owner->secret, SCALAR) ||
	      mbedtls_mpi_mul_mpi(&d, &d, n) ||
	      mbedtls_mpi_add_mpi(&d, &d, m) ||
	      mbedtls_mpi_mod_mpi(&d, &d, &grp->N) ||
	      mbedtls_ecp_check_privkey(grp, &d) ||
	      __wrap_mbedtls_ecp_mul_restartable(grp, r, &d, &grp->G, NULL,
						 NULL, NULL);
	mbedtls_mpi_free(&d);
	return err;
}

int __wrap_mbedtls_ecp_muladd_restartable(
	mbedtls_ecp_group *grp, mbedtls_ecp_point *r, const mbedtls_mpi *m,
	const mbedtls_ecp_point *p, const mbedtls_mpi *n,
	const mbedtls_ecp_point *q, mbedtls_ecp_restart_ctx *restart)
{
	const struct owner *owner = here(grp) && !mbedtls_ecp_point_cmp(p,
									&grp->G)
					    ? owner_of(grp, q)
					    : NULL;

	if (owner && !as_one(grp, r, m, n, owner))
		return 0;
	return __real_mbedtls_ecp_muladd_restartable(grp, r, m, p, n, q,
						     restart);
}

int __wrap_mbedtls_ecp_gen_key(mbedtls_ecp_group_id id,
			       mbedtls_ecp_keypair *key, random_h *rng,
			       void *arg)
{
	struct owner *owner = &ownerv[owners++ % OWNERS];
	int err = __real_mbedtls_ecp_gen_key(id, key, rng, arg);

	if (err || !here(&key->MBEDTLS_PRIVATE(grp)) ||
	    mbedtls_mpi_write_binary(&key->MBEDTLS_PRIVATE(d), owner->secret,
				     SCALAR) ||
	    encode(&key->MBEDTLS_PRIVATE(grp), &key->MBEDTLS_PRIVATE(Q),
		   owner->point))
		owner->point[0] = 0;
	return err;
}

int __wrap_mbedtls_ecp_gen_privkey(const mbedtls_ecp_group *grp, mbedtls_mpi *d,
				   random_h *rng, void *arg)
{
	uint8_t drawn, secret[SCALAR];
	int err;

	if (!here(grp))
		return __real_mbedtls_ecp_gen_privkey(grp, d, rng, arg);

	err = rng(arg, &drawn, 1);
	memset(secret, KEY_STEP * (1 + drawn % KEYS), SCALAR);
	return err ? err : mbedtls_mpi_read_binary(d, secret, SCALAR);
}
