/**
 * @file board/snapshot.c  Snapshot
 */
#include <stdlib.h>
#include "board/snapshot.h"
#include "drivers/jpeg.h"
#include "drivers/pixels.h"

static int encode(struct mbuf **mbp, const struct frame *f)
{
	struct mbuf *mb = NULL;
	uint8_t *data;
	size_t size;
	int err;

	err = jpeg_from_frame(f, JPEG_QUALITY, &data, &size);
	if (err)
		return err;

	mb = mbuf_alloc(size);
	err = mb ? mbuf_write_mem(mb, data, size) : ENOMEM;
	free(data);
	if (err) {
		mem_deref(mb);
		return err;
	}

	mb->pos = 0;
	*mbp = mb;
	return 0;
}

int snapshot_jpeg(struct mbuf **mbp, const struct frame *f)
{
	struct pixels px = { .mem = NULL };
	struct frame *i420;
	int err;

	if (f->format == FRAME_I420)
		return encode(mbp, f);

	err = frame_alloc(&i420, FRAME_I420, f->width, f->height);
	if (err)
		return err;

	err = pixels_to_i420(&px, i420, f);
	if (!err)
		err = encode(mbp, i420);
	pixels_close(&px);
	mem_deref(i420);
	return err;
}
