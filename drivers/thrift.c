/**
 * @file drivers/thrift.c  Thrift
 *
 * What stands between quotation marks are the linker's names: --wrap=X sends
 * who calls X to __wrap_X, and __real_X is X itself.
 */
#include <sys/mman.h>
#include <unistd.h>
#include "drivers/thrift.h"

enum {
	GREY = 128, /* What libvpx fills its post-processing's picture with */
};

/* openh264, C++: the object, bytes, what for */
void *thrift_wels_mallocz(void *self, uint32_t size, const char *tag) __asm__(
	"__wrap__ZN10WelsCommon12CMemoryAlign11WelsMalloczEjPKc");
void *thrift_wels_clear(uint32_t size, const char *tag) __asm__(
	"__wrap__ZN10WelsCommon11WelsMalloczEjPKc");
void thrift_wels_free(void *self, void *p, const char *tag) __asm__(
	"__wrap__ZN10WelsCommon12CMemoryAlign8WelsFreeEPvPKc");
extern void *wels_malloc(void *self, uint32_t size, const char *tag) __asm__(
	"_ZN10WelsCommon12CMemoryAlign10WelsMallocEjPKc") __attribute__((weak));
extern void *wels_get(uint32_t size, const char *tag, uint32_t align) __asm__(
	"_ZN10WelsCommon10WelsMallocEjPKcj") __attribute__((weak));
extern void wels_free(void *self, void *p, const char *tag) __asm__(
	"__real__ZN10WelsCommon12CMemoryAlign8WelsFreeEPvPKc")
	__attribute__((weak));

/* libvpx */
void *thrift_vpx_calloc(size_t num, size_t size) __asm__("__wrap_vpx_calloc");
void *thrift_vpx_memalign(size_t align,
			  size_t size) __asm__("__wrap_vpx_memalign");
void thrift_vpx_free(void *p) __asm__("__wrap_vpx_free");
int thrift_vp8_frames(void *common, int width,
		      int height) __asm__("__wrap_vp8_alloc_frame_buffers");
extern void *vpx_get(size_t align, size_t size) __asm__("__real_vpx_memalign")
	__attribute__((weak));
extern void vpx_give(void *p) __asm__("__real_vpx_free") __attribute__((weak));
extern int vp8_frames(void *common, int width,
		      int height) __asm__("__real_vp8_alloc_frame_buffers")
	__attribute__((weak));

enum {
	WELS_ALIGN = 16,		/* As memory_align.cpp has it */
	VPX_ALIGN = 2 * sizeof(void *), /* As vpx_mem.c has it        */
};

static _Thread_local struct thrift *current;

/* Whole pages by the kernel. Where it refuses, as for locked memory, by hand */
static void clear(void *mem, size_t size)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t start = (uintptr_t)mem, end = start + size;
	const uintptr_t from = (start + page - 1) / page * page;
	const uintptr_t to = end / page * page;

	if (size < THRIFT_LEAST || from >= to ||
	    madvise((void *)from, to - from, MADV_DONTNEED)) {
		memset(mem, 0, size);
		return;
	}

	memset(mem, 0, from - start);
	memset((void *)to, 0, end - to);
}

void thrift_enter(struct thrift *t)
{
	current = t;
}

void thrift_leave(void)
{
	current = NULL;
}

void thrift_picture(struct thrift *t, bool key)
{
	if (!key && ++t->pictures < THRIFT_PICTURES)
		return;

	t->pictures = 0;
	for (unsigned i = 0; i < THRIFT_BLOCKS; i++) {
		if (t->blockv[i].mem)
			clear(t->blockv[i].mem, t->blockv[i].size);
	}
}

static void note(void *mem, size_t size)
{
	for (unsigned i = 0; current && i < THRIFT_BLOCKS; i++) {
		if (!current->blockv[i].mem) {
			current->blockv[i].mem = mem;
			current->blockv[i].size = size;
			return;
		}
	}
}

static void forget(const void *mem)
{
	for (unsigned i = 0; current && mem && i < THRIFT_BLOCKS; i++) {
		if (current->blockv[i].mem == mem)
			current->blockv[i].mem = NULL;
	}
}

/* Input that was decoded, and coefficients, which are cleared before use */
static bool meaningless(const char *tag)
{
	return !strcmp(tag, "pCtx->sRawData.pHead") ||
	       !strcmp(tag, "pCtx->sMb.pScaledTCoeff[]");
}

void *thrift_wels_mallocz(void *self, uint32_t size, const char *tag)
{
	void *mem = wels_malloc(self, size, tag);

	if (!mem)
		return NULL;

	clear(mem, size);
	if (size >= THRIFT_LEAST && meaningless(tag))
		note(mem, size);
	return mem;
}

void *thrift_wels_clear(uint32_t size, const char *tag)
{
	void *mem = wels_get(size, tag, WELS_ALIGN);

	if (mem)
		clear(mem, size);
	return mem;
}

void thrift_wels_free(void *self, void *p, const char *tag)
{
	forget(p);
	wels_free(self, p, tag);
}

void *thrift_vpx_calloc(size_t num, size_t size)
{
	void *mem;

	if (size && num > SIZE_MAX / size)
		return NULL;

	mem = vpx_get(VPX_ALIGN, num * size);
	if (!mem)
		return NULL;

	clear(mem, num * size);
	if (current && current->tokens && num * size >= current->tokens)
		note(mem, num * size);
	return mem;
}

void *thrift_vpx_memalign(size_t align, size_t size)
{
	void *mem = vpx_get(align, size);

	if (current && mem && size >= THRIFT_LEAST) {
		current->latest.mem = mem;
		current->latest.size = size;
	}
	return mem;
}

void thrift_vpx_free(void *p)
{
	forget(p);
	vpx_give(p);
}

/* The last that it makes is a picture for post-processing, which nobody uses:
   grey, unlike those that anybody does */
int thrift_vp8_frames(void *common, int width, int height)
{
	struct thrift_block *b = current ? &current->latest : NULL;
	const uint8_t *p;
	int err;

	if (b)
		b->mem = NULL;
	err = vp8_frames(common, width, height);
	p = b ? b->mem : NULL;
	if (!err && p && p[0] == GREY && !memcmp(p, p + 1, b->size - 1))
		clear(b->mem, b->size);
	return err;
}
