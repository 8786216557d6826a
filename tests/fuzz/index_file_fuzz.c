/* index_file_fuzz.c -- a file of the index, altered: refused whole, or the very file; and with its
 * checksums made right again, read without a step beyond its end.
 *
 * Input: one byte that says whether checksums are mended, two of a length (0: all of it), then
 * edits of four bytes: offset (3), value (1).
 */
#include "audience/index/build.h"
#include "audience/index/file.h"
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

static const struct column columns[] = { { { "n", 1 }, COLUMN_NUMBER },
                                         { { "w", 1 }, COLUMN_WORD },
                                         { { "s", 1 }, COLUMN_SET } };
static str props[] = { { "p", 1 } };
static const struct row_source sources[] = { { { "rows", 4 }, { props, 1 }, true } };
static const struct index_schema schema = { columns, 3, sources, 1 };

static struct {
    char *at;
    i64 n;
} whole;

static void make_whole(struct ctx *c)
{
    struct index *x = index_new(&schema);
    str words[] = { S("one"), S("two") };
    for (i64 m = 1; m < 40; m++) {
        struct event e = { .member = m, .at = m * 1000, .order = m, .name = words[m % 2] };
        e.props[0] = words[m % 2];
        index_put_living(x, m, true);
        index_put_number(x, m, 0, SOME(m * m));
        index_put_word(x, m, 1, words[m % 2]);
        index_put_set(x, m, 2, (strs){ words, m % 3 });
        index_add_event(x, 0, &e);
    }
    index_publish(x, 9);
    const struct view *v = view_take(x);
    char path[] = "/tmp/koi-fuzz-XXXXXX";
    int fd = mkstemp(path);
    assert(fd >= 0 && index_save(c, v, path, 7) == OK);
    close(fd);
    view_release(v);
    index_free(x);
    FILE *f = fopen(path, "re");
    fseek(f, 0, SEEK_END);
    whole.n = ftell(f);
    rewind(f);
    whole.at = malloc((size_t)whole.n);
    assert(whole.at && fread(whole.at, 1, (size_t)whole.n, f) == (size_t)whole.n);
    fclose(f);
    unlink(path);
}

enum { LINE = 64, HEAD_CRC = 60, SECTION_CRC = 4, SECTION_BYTES = 16 };

static void put_u32(char *at, u32 v) { memcpy(at, &v, sizeof v); }

/* As file.c has them: of the head, of each payload with its section. */
static void mend(char *at, i64 n)
{
    if (n < LINE) return;
    memcpy(at + 16, &n, sizeof n);
    put_u32(at + HEAD_CRC, (u32)crc32(0, (const u8 *)at, HEAD_CRC));
    for (i64 i = LINE, bytes; i + LINE <= n; i += LINE + bytes) {
        memcpy(&bytes, at + i + SECTION_BYTES, sizeof bytes);
        if (bytes < 0 || bytes > n - i - LINE) return;
        u32 crc = (u32)crc32(0, (const u8 *)at + i + LINE, (uInt)bytes);
        put_u32(at + i + SECTION_CRC, 0);
        crc = (u32)crc32(crc, (const u8 *)at + i, LINE);
        put_u32(at + i + SECTION_CRC, crc);
    }
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
    struct ctx *c = fuzz_ctx();
    if (!whole.at) make_whole(c);
    if (size < 3) return 0;
    i64 n = data[1] | data[2] << 8;
    bool mended = data[0] & 1;
    if (!n || n > whole.n) n = whole.n;
    char *altered = malloc((size_t)n + 1);
    assert(altered);
    memcpy(altered, whole.at, (size_t)n);
    for (size_t i = 3; i + 4 <= size; i += 4) {
        i64 at = data[i] | data[i + 1] << 8 | data[i + 2] << 16;
        if (at < n) altered[at] = (char)data[i + 3];
    }
    if (mended) mend(altered, n);
    bool same = n == whole.n && memcmp(altered, whole.at, (size_t)n) == 0;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    assert(fd >= 0 && write(fd, altered, (size_t)n) == n);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct index *x = index_new(&schema);
    bool loaded = index_load(x, path);
    assert(mended || loaded == same);
    const struct view *v = view_take(x);
    assert(loaded ? mended || view_members(v) == 39 : view_chunks(v) == 0);
    view_release(v);
    index_free(x);
    close(fd);
    free(altered);
    return 0;
}
