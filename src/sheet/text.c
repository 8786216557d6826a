/* text.c -- bytes in, UTF-8 out: gzip, byte-order marks, guessing the encoding, GB18030 and UTF-16
 * by iconv.
 *
 * Invariants
 *   1. what source_read gives out is valid UTF-8 and ends with a whole character.
 *   2. the encoding is decided at the first chunk that is not plain ASCII and never changes
 * afterwards.
 *   3. raw[at..n) is what was unpacked and not yet decoded; a character cut by its end waits there
 * for the next chunk.
 */
#include "sheet/source.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define RAW_ROOM (1 << 20)

struct source {
    int fd;
    gzFile gz; /* NULL: plain */
    i64 size;  /* of the file on disk */
    i64 taken; /* bytes of the file read so far (plain) */
    bool ended;
    struct problem failed; /* met while reading ahead: told when all before it has been given out */
    enum encoding encoding;
    iconv_t iconv; /* (iconv_t)-1: not in use */
    i64 replaced;
    i64 at, n;
    u8 raw[RAW_ROOM];
};

static const u8 REPLACEMENT[3] = { 0xEF, 0xBF, 0xBD };

/* -- bytes ------------------------------------------------------------------------------------- */

/* Up to `room` more bytes into raw; *got is 0 at the end. */
static enum err read_some(struct ctx *c, struct source *s, i64 room, i64 *got)
{
    if (!s->gz) {
        do {
            *got = read(s->fd, s->raw + s->n, (size_t)room);
        } while (*got < 0 && errno == EINTR);
        if (*got < 0)
            return fail(c, E_INTERNAL, "读取文件失败：%s", "reading the file failed: %s",
                        strerror(errno));
        s->taken += *got;
        return OK;
    }
    *got = gzread(s->gz, s->raw + s->n, (unsigned)room);
    int code = Z_OK;
    gzerror(s->gz, &code);
    if (*got > 0 || (*got == 0 && code == Z_OK)) return OK;
    if (code == Z_BUF_ERROR)
        return fail(c, E_INVALID, "gzip 文件不完整，后面的内容没有了：请重新导出或重新压缩",
                    "the gzip file is cut short; export or pack it again");
    return fail(c, E_INVALID, "gzip 文件已损坏：请重新导出或重新压缩",
                "the gzip file is damaged; export or pack it again");
}

/* Moves what is left to the front and reads until raw is full or the file ends. */
static enum err refill(struct ctx *c, struct source *s)
{
    if (s->at) memmove(s->raw, s->raw + s->at, (size_t)(s->n - s->at));
    s->n -= s->at;
    s->at = 0;
    while (!s->ended && s->n < RAW_ROOM) {
        i64 got = 0;
        enum err e = read_some(c, s, RAW_ROOM - s->n, &got);
        if (e != OK && s->n == 0) return e;
        if (e != OK) s->failed = c->why;
        if (e != OK || got == 0) s->ended = true;
        if (e == OK) s->n += got;
    }
    return OK;
}

enum err source_open(struct ctx *c, str path, struct source **out)
{
    char *name = str_z(c->arena, path);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(c, errno == ENOENT ? E_NOT_FOUND : E_INVALID, "打不开文件 %s：%s",
                    "cannot open the file %s: %s", name, strerror(errno));
    struct stat st;
    if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        close(fd);
        return fail(c, E_INVALID, "%s 不是文件", "%s is not a file", name);
    }
    struct source *s = calloc(1, sizeof *s);
    if (!s) abort();
    s->fd = fd;
    s->size = st.st_size;
    s->iconv = (iconv_t)-1;
    enum err e = refill(c, s);
    if (e == OK && s->n >= 2 && s->raw[0] == 0x1F && s->raw[1] == 0x8B) {
        lseek(fd, 0, SEEK_SET);
        s->gz = gzdopen(fd, "rb");
        if (!s->gz) abort();
        gzbuffer(s->gz, 256 << 10);
        s->n = s->at = 0;
        s->ended = false;
        e = refill(c, s);
    }
    if (e != OK) {
        source_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void source_close(struct source *s)
{
    if (!s) return;
    if (s->gz) gzclose(s->gz);
    else close(s->fd);
    if (s->iconv != (iconv_t)-1) iconv_close(s->iconv);
    free(s);
}

enum source_kind source_kind(const struct source *s)
{
    static const u8 zip[4] = { 'P', 'K', 3, 4 }, ole[4] = { 0xD0, 0xCF, 0x11, 0xE0 };
    if (s->n == 0) return SOURCE_EMPTY;
    if (s->n >= 4 && memcmp(s->raw, zip, 4) == 0) return SOURCE_ZIP;
    if (s->n >= 4 && memcmp(s->raw, ole, 4) == 0) return SOURCE_OLD_XLS;
    return SOURCE_TEXT;
}

bool source_gzip(const struct source *s) { return s->gz != NULL; }

enum encoding source_encoding(const struct source *s) { return s->encoding; }

i64 source_replaced(const struct source *s) { return s->replaced; }

f64 source_progress(const struct source *s)
{
    if (s->size <= 0) return s->ended ? 1 : 0;
    i64 done = s->gz ? (i64)gzoffset(s->gz) : s->taken;
    f64 part = (f64)done / (f64)s->size;
    return part < 0 ? 0 : part > 1 ? 1 : part;
}

enum err source_spool(struct ctx *c, struct source *s, int fd, i64 max)
{
    for (i64 all = 0; s->n > s->at;) {
        all += s->n - s->at;
        if (all > max)
            return fail(c, E_UNSUPPORTED, "解压后超过 %lld MB，拒绝读取",
                        "unpacked it is over %lld MB and will not be read", (long long)(max >> 20));
        while (s->at < s->n) {
            ssize_t put = write(fd, s->raw + s->at, (size_t)(s->n - s->at));
            if (put < 0 && errno == EINTR) continue;
            if (put <= 0)
                return fail(c, errno == ENOSPC ? E_FULL : E_INTERNAL, "写临时文件失败：%s",
                            "writing a temporary file failed: %s", strerror(errno));
            s->at += put;
        }
        TRY(refill(c, s));
    }
    if (s->failed.err != OK) c->why = s->failed;
    return s->failed.err;
}

/* -- which encoding ---------------------------------------------------------------------------- */

/* Length of the UTF-8 character at p, 0 when it is none, -1 when the bytes end inside it. */
static inline int utf8_char(const u8 *p, i64 n)
{
    u8 b = p[0];
    if (b < 0x80) return 1;
    int len = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
    if (b < 0xC2 || b > 0xF4) return 0;
    for (int i = 1; i < len; i++) {
        if (i >= n) return -1;
        u8 low = 0x80, high = 0xBF;
        if (i == 1) {
            if (b == 0xE0) low = 0xA0;
            if (b == 0xED) high = 0x9F;
            if (b == 0xF0) low = 0x90;
            if (b == 0xF4) high = 0x8F;
        }
        if (p[i] < low || p[i] > high) return 0;
    }
    return len;
}

static inline i64 ascii_run(const u8 *p, i64 n)
{
    i64 i = 0;
    for (; i + 8 <= n; i += 8) {
        u64 word;
        memcpy(&word, p + i, 8);
        if (word & 0x8080808080808080ull) break;
    }
    while (i < n && p[i] < 0x80) i++;
    return i;
}

struct score {
    i64 good, bad;
};

static struct score score_utf8(const u8 *p, i64 n)
{
    struct score r = { 0 };
    for (i64 i = ascii_run(p, n); i < n; i += ascii_run(p + i, n - i)) {
        int len = utf8_char(p + i, n - i);
        if (len < 0) break;
        if (len == 0) {
            r.bad++;
            i++;
        } else {
            r.good++;
            i += len;
        }
    }
    return r;
}

static struct score score_gb18030(const u8 *p, i64 n)
{
    struct score r = { 0 };
    for (i64 i = ascii_run(p, n); i < n; i += ascii_run(p + i, n - i)) {
        u8 b = p[i], next = i + 1 < n ? p[i + 1] : 0x40;
        if (b == 0x80) {
            r.good++;
            i++;
        } else if (b == 0xFF || next == 0x7F || next == 0xFF || next < 0x30 ||
                   (next > 0x39 && next < 0x40)) {
            r.bad++;
            i++;
        } else {
            r.good++;
            i += next <= 0x39 ? 4 : 2;
        }
    }
    return r;
}

/* Text saved as UTF-16 without a mark: every other byte of its ASCII characters is zero. */
static bool looks_utf16(const u8 *p, i64 n, bool *big)
{
    i64 zeros[2] = { 0 };
    if (n > 4096) n = 4096;
    for (i64 i = 0; i < n; i++) zeros[i & 1] += p[i] == 0;
    *big = zeros[0] > zeros[1];
    i64 most = zeros[*big ? 0 : 1], least = zeros[*big ? 1 : 0];
    return n >= 8 && most > n / 8 && least * 16 < most;
}

static const char *iconv_name(enum encoding e)
{
    return e == ENC_GB18030 ? "GB18030" : e == ENC_UTF16LE ? "UTF-16LE" : "UTF-16BE";
}

static enum err use_encoding(struct ctx *c, struct source *s, enum encoding e)
{
    s->encoding = e;
    if (e == ENC_ASCII || e == ENC_UTF8) return OK;
    s->iconv = iconv_open("UTF-8", iconv_name(e));
    if (s->iconv == (iconv_t)-1)
        return fail(c, E_INTERNAL, "系统缺少 %s 编码转换", "the system cannot convert from %s",
                    iconv_name(e));
    return OK;
}

/* By content: UTF-8 when its characters are (nearly) all valid, else GB18030 when those are. */
static enum err decide(struct ctx *c, struct source *s)
{
    const u8 *p = s->raw + s->at;
    i64 n = s->n - s->at;
    if (ascii_run(p, n) == n) return OK;
    struct score utf8 = score_utf8(p, n);
    if (utf8.good >= utf8.bad * 10 && utf8.good) return use_encoding(c, s, ENC_UTF8);
    struct score gb = score_gb18030(p, n);
    if (gb.good >= gb.bad * 10 && gb.good) return use_encoding(c, s, ENC_GB18030);
    return fail(c, E_UNSUPPORTED,
                "看不出文件的编码：既不是 UTF-8 也不是 GB18030，请另存为 UTF-8 的 csv",
                "the encoding is neither UTF-8 nor GB18030; save it as csv in UTF-8");
}

enum err source_begin_text(struct ctx *c, struct source *s)
{
    const u8 *p = s->raw;
    if (s->n >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF) {
        s->at = 3;
        return use_encoding(c, s, ENC_UTF8);
    }
    if (s->n >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF))) {
        s->at = 2;
        return use_encoding(c, s, p[0] == 0xFF ? ENC_UTF16LE : ENC_UTF16BE);
    }
    bool big = false;
    if (looks_utf16(p, s->n, &big)) return use_encoding(c, s, big ? ENC_UTF16BE : ENC_UTF16LE);
    return decide(c, s);
}

/* -- decoding ---------------------------------------------------------------------------------- */

/* Copies valid UTF-8; bytes that are none become U+FFFD. A character cut by the end of raw stays.
 */
static i64 decode_utf8(struct source *s, char *out, i64 room)
{
    i64 put = 0;
    while (s->at < s->n && put + 4 <= room) {
        const u8 *p = s->raw + s->at;
        i64 most = s->n - s->at < room - put ? s->n - s->at : room - put;
        i64 run = ascii_run(p, most);
        int len = 1;
        while (run + 4 <= most || (run < most && most == s->n - s->at)) {
            len = utf8_char(p + run, s->n - s->at - run);
            if (len <= 0) break;
            run += len;
            run += ascii_run(p + run, most - run);
        }
        memcpy(out + put, p, (size_t)run);
        s->at += run;
        put += run;
        if (len < 0 && !s->ended) break;
        if (len <= 0) {
            if (put + 3 > room) break;
            memcpy(out + put, REPLACEMENT, 3);
            put += 3;
            s->at++;
            s->replaced++;
        } else if (run == 0) {
            break;
        }
    }
    return put;
}

/* One thing iconv would not take: the euro sign as Windows writes it, else U+FFFD. */
static i64 replace_one(struct source *s, char *out)
{
    bool wide = s->encoding != ENC_GB18030;
    if (!wide && s->raw[s->at] == 0x80) {
        memcpy(out, "\xE2\x82\xAC", 3);
        s->at++;
        return 3;
    }
    memcpy(out, REPLACEMENT, 3);
    s->at += wide && s->n - s->at >= 2 ? 2 : 1;
    s->replaced++;
    return 3;
}

static i64 decode_iconv(struct source *s, char *out, i64 room)
{
    i64 put = 0;
    while (s->at < s->n) {
        char *from = (char *)s->raw + s->at, *to = out + put;
        size_t left = (size_t)(s->n - s->at), space = (size_t)(room - put);
        size_t r = iconv(s->iconv, &from, &left, &to, &space);
        s->at = s->n - (i64)left;
        put = room - (i64)space;
        if (r != (size_t)-1) break;
        if (errno == E2BIG) break;
        if (errno == EINVAL && !s->ended) break; /* cut by the end of the chunk */
        if (put + 3 > room) break;
        put += replace_one(s, out + put);
    }
    return put;
}

enum err source_read(struct ctx *c, struct source *s, char *out, i64 room, i64 *n)
{
    *n = 0;
    for (;;) {
        if (s->n - s->at < 16 && !s->ended) {
            TRY(refill(c, s));
            if (s->encoding == ENC_ASCII) TRY(decide(c, s));
        }
        if (s->at == s->n && s->failed.err != OK) {
            c->why = s->failed;
            return s->failed.err;
        }
        if (s->at == s->n) return OK;
        i64 put = s->iconv == (iconv_t)-1 ? decode_utf8(s, out, room) : decode_iconv(s, out, room);
        if (put) {
            *n = put;
            return OK;
        }
    }
}
