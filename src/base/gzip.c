/* gzip.c -- unpacks what came over the wire, never to more than its limit. */
#include "base/gzip.h"

#include <zlib.h>

static void end(void *z) { inflateEnd(z); }

enum err gunzip(struct ctx *c, str packed, i64 max, str *out)
{
    z_stream *z = NEW(c->arena, z_stream);
    if (inflateInit2(z, 15 + 16) != Z_OK)
        return fail(c, E_INTERNAL, "无法解压请求体", "the body cannot be unpacked");
    arena_defer(c->arena, end, z);
    z->next_in = (Bytef *)(uintptr_t)packed.at;
    z->avail_in = (uInt)packed.n;
    struct buf b = { .arena = c->arena };
    for (;;) {
        const i64 step = 64 * 1024;
        z->next_out = (Bytef *)buf_space(&b, step);
        z->avail_out = (uInt)step;
        int result = inflate(z, Z_NO_FLUSH);
        b.n += step - (i64)z->avail_out;
        if (b.n > max)
            return fail(c, E_TOO_LARGE, "请求体解压后超过上限 %lld 字节",
                        "the unpacked body is over its limit of %lld bytes", (long long)max);
        if (result == Z_STREAM_END && z->avail_in == 0) break;
        if (result != Z_OK || (z->avail_in == 0 && z->avail_out != 0))
            return fail(c, E_INVALID, "请求体不是完整的 gzip 数据",
                        "the body is not whole gzip data");
    }
    *out = buf_str(&b);
    return OK;
}
