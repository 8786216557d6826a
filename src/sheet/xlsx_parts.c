/* xlsx_parts.c -- what cells of an xlsx refer to: shared strings (spooled to disk) and number
 * formats. */
#include "sheet/xlsx_parts.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/scratch.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define STRINGS_MAX  ((i64)1 << 30) /* bytes of text */
#define STRING_MAX   (1 << 20)
#define FORGET_EVERY (1 << 18) /* look-ups between givings back of mapped pages */

/* -- shared strings ---------------------------------------------------------------------------- */

/* Text in one unlinked file, the end of each string in another; both are mapped when complete, and
 * their pages given back now and then, so that a large table costs disk cache and not memory. */
struct spool {
    int fd;
    i64 n; /* bytes */
    char pending[64 << 10];
    i64 waiting;
};
struct strings {
    struct spool text, ends;
    i64 count;
    const char *text_at;
    const u64 *ends_at;
    i64 lookups;
    /* while reading */
    struct entry entry;
    bool in_text;
    int in_phonetic;
    i64 length;
};

static enum err spool_flush(struct ctx *c, struct spool *s)
{
    for (i64 at = 0; at < s->waiting;) {
        ssize_t put = write(s->fd, s->pending + at, (size_t)(s->waiting - at));
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0)
            return fail(c, errno == ENOSPC ? E_FULL : E_INTERNAL, "写临时文件失败：%s",
                        "writing a temporary file failed: %s", strerror(errno));
        at += put;
    }
    s->waiting = 0;
    return OK;
}

static enum err spool_add(struct ctx *c, struct spool *s, const void *bytes, i64 n)
{
    s->n += n;
    for (const char *from = bytes; n > 0;) {
        i64 part = (i64)sizeof s->pending - s->waiting;
        if (part > n) part = n;
        memcpy(s->pending + s->waiting, from, (size_t)part);
        s->waiting += part;
        from += part;
        n -= part;
        if (s->waiting == (i64)sizeof s->pending) TRY(spool_flush(c, s));
    }
    return OK;
}

static void strings_start(void *arg, const char *name, const char **attributes)
{
    struct strings *s = ((struct entry *)arg)->arg;
    (void)attributes;
    name = local_name(name);
    if (strcmp(name, "si") == 0) s->length = 0;
    if (strcmp(name, "rPh") == 0) s->in_phonetic++;
    if (strcmp(name, "t") == 0) s->in_text = s->in_phonetic == 0;
}

static void strings_text(void *arg, const char *text, int n)
{
    struct entry *e = arg;
    struct strings *s = e->arg;
    if (!s->in_text || e->err != OK) return;
    s->length += n;
    enum err err = OK;
    if (s->length > STRING_MAX || s->text.n + n > STRINGS_MAX)
        err = fail(e->c, E_UNSUPPORTED, "xlsx 的共享文字太大（第 %lld 条）",
                   "the shared strings of the xlsx are too large (string %lld)",
                   (long long)s->count + 1);
    if (err == OK) err = spool_add(e->c, &s->text, text, n);
    if (err != OK) entry_fail(e, err);
}

static void strings_end(void *arg, const char *name)
{
    struct entry *e = arg;
    struct strings *s = e->arg;
    name = local_name(name);
    if (strcmp(name, "t") == 0) s->in_text = false;
    if (strcmp(name, "rPh") == 0 && s->in_phonetic) s->in_phonetic--;
    if (strcmp(name, "si") != 0 || e->err != OK) return;
    u64 end = (u64)s->text.n;
    enum err err = spool_add(e->c, &s->ends, &end, sizeof end);
    if (err != OK) entry_fail(e, err);
    s->count++;
}

static enum err map_spool(struct ctx *c, struct spool *s, const void **at)
{
    TRY(spool_flush(c, s));
    *at = "";
    if (s->n == 0) return OK;
    void *mapped = mmap(NULL, (size_t)s->n, PROT_READ, MAP_SHARED, s->fd, 0);
    if (mapped == MAP_FAILED)
        return fail(c, E_INTERNAL, "内存映射失败：%s", "mapping memory failed: %s",
                    strerror(errno));
    *at = mapped;
    return OK;
}

static enum err strings_fill(struct ctx *c, zip_t *zip, struct strings *s)
{
    s->text.fd = scratch_file();
    s->ends.fd = scratch_file();
    if (s->text.fd < 0 || s->ends.fd < 0)
        return fail(c, E_INTERNAL, "建不了临时文件：%s", "cannot make a temporary file: %s",
                    strerror(errno));
    TRY(entry_open(c, zip, "xl/sharedStrings.xml", &s->entry, s));
    XML_SetElementHandler(s->entry.parser, strings_start, strings_end);
    XML_SetCharacterDataHandler(s->entry.parser, strings_text);
    TRY(entry_parse(c, &s->entry));
    const void *at = NULL;
    TRY(map_spool(c, &s->text, &at));
    s->text_at = at;
    TRY(map_spool(c, &s->ends, &at));
    s->ends_at = at;
    return OK;
}

enum err strings_read(struct ctx *c, zip_t *zip, struct strings **out)
{
    *out = NULL;
    if (zip_name_locate(zip, "xl/sharedStrings.xml", ZIP_FL_NOCASE) < 0) return OK;
    struct strings *s = calloc(1, sizeof *s);
    if (!s) abort();
    s->text.fd = s->ends.fd = -1;
    enum err e = strings_fill(c, zip, s);
    if (e != OK) {
        entry_close(&s->entry);
        strings_free(s);
        return e;
    }
    *out = s;
    return OK;
}

void strings_free(struct strings *s)
{
    if (!s) return;
    if (s->text_at && s->text.n) munmap((void *)s->text_at, (size_t)s->text.n);
    if (s->ends_at && s->ends.n) munmap((void *)s->ends_at, (size_t)s->ends.n);
    if (s->text.fd >= 0) close(s->text.fd);
    if (s->ends.fd >= 0) close(s->ends.fd);
    free(s);
}

bool strings_get(struct strings *s, i64 index, str *out)
{
    if (!s || index < 0 || index >= s->count) return false;
    if (++s->lookups % FORGET_EVERY == 0 && s->text.n > (16 << 20)) {
        madvise((void *)s->text_at, (size_t)s->text.n, MADV_DONTNEED);
        madvise((void *)s->ends_at, (size_t)s->ends.n, MADV_DONTNEED);
    }
    u64 from = index ? s->ends_at[index - 1] : 0, to = s->ends_at[index];
    *out = (str){ s->text_at + from, (i64)(to - from) };
    return true;
}

/* -- number formats ---------------------------------------------------------------------------- */

/* Letters of a date code outside quotes, brackets and escapes. */
enum date_style date_style_of(str code)
{
    bool date = false, time = false, minutes = false;
    for (i64 i = 0; i < code.n; i++) {
        char b = code.at[i];
        if (b == ';') break; /* the form of positive numbers decides */
        if (b == '"') {
            while (++i < code.n && code.at[i] != '"') {
            }
        } else if (b == '\\' || b == '_' || b == '*') {
            i++;
        } else if (b == '[') {
            i64 from = i + 1;
            while (++i < code.n && code.at[i] != ']') {
            }
            char first = from < code.n ? code.at[from] | 0x20 : 0;
            char last = i > from && i < code.n ? code.at[i - 1] | 0x20 : 0;
            if ((first == 'h' || first == 's' || first == 'm') && first == last) time = true;
        } else if (str_eq_nocase(str_sub(code, i, i + 7), S("General"))) {
            i += 6;
        } else {
            b |= 0x20;
            if (b == 'y' || b == 'd') date = true;
            if (b == 'h' || b == 's') time = true;
            if (b == 'm') minutes = true;
        }
    }
    if (minutes && !time) date = true; /* "mm" alone is a month */
    return date && time ? STYLE_DATE_TIME : date ? STYLE_DATE : time ? STYLE_TIME : STYLE_PLAIN;
}

/* Formats that files do not spell out; 27-36 and 50-58 are dates in East Asian versions. */
static enum date_style builtin_style(i64 id)
{
    static const struct {
        i64 from, to;
        enum date_style style;
    } rows[] = {
        { 14, 17, STYLE_DATE }, { 18, 21, STYLE_TIME }, { 22, 22, STYLE_DATE_TIME },
        { 27, 31, STYLE_DATE }, { 32, 35, STYLE_TIME }, { 36, 36, STYLE_DATE },
        { 45, 47, STYLE_TIME }, { 50, 54, STYLE_DATE }, { 55, 56, STYLE_TIME },
        { 57, 58, STYLE_DATE },
    };
    for (i64 i = 0; i < COUNT(rows); i++)
        if (id >= rows[i].from && id <= rows[i].to) return rows[i].style;
    return STYLE_PLAIN;
}

struct custom_format {
    i64 id;
    enum date_style style;
};
struct styles_reader {
    struct styles *out;
    struct arena *arena;
    struct {
        struct custom_format *at;
        i64 n;
    } customs;
    bool in_cell_formats;
};

static void styles_start(void *arg, const char *name, const char **attributes)
{
    struct styles_reader *r = ((struct entry *)arg)->arg;
    name = local_name(name);
    i64 id = 0;
    if (strcmp(name, "cellXfs") == 0) r->in_cell_formats = true;
    bool known = i64_parse(attribute(attributes, "numFmtId"), &id);
    if (strcmp(name, "numFmt") == 0 && known && r->customs.n < 10000)
        *PUSH(r->arena, &r->customs) =
            (struct custom_format){ id, date_style_of(attribute(attributes, "formatCode")) };
    if (strcmp(name, "xf") != 0 || !r->in_cell_formats || r->out->n >= 100000) return;
    enum date_style style = builtin_style(id);
    for (i64 i = 0; i < r->customs.n; i++)
        if (r->customs.at[i].id == id) style = r->customs.at[i].style;
    *PUSH(r->arena, r->out) = (u8)style;
}

static void styles_end(void *arg, const char *name)
{
    struct styles_reader *r = ((struct entry *)arg)->arg;
    if (strcmp(local_name(name), "cellXfs") == 0) r->in_cell_formats = false;
}

enum err styles_read(struct ctx *c, zip_t *zip, struct styles *out)
{
    if (zip_name_locate(zip, "xl/styles.xml", ZIP_FL_NOCASE) < 0) return OK;
    struct arena *arena = arena_new();
    struct styles found = { 0 };
    struct styles_reader r = { .out = &found, .arena = arena };
    struct entry entry;
    enum err e = entry_open(c, zip, "xl/styles.xml", &entry, &r);
    if (e == OK) {
        XML_SetElementHandler(entry.parser, styles_start, styles_end);
        e = entry_parse(c, &entry);
    } else {
        entry_close(&entry);
    }
    if (e == OK && found.n) {
        out->n = found.n;
        out->at = malloc((size_t)found.n);
        if (!out->at) abort();
        memcpy(out->at, found.at, (size_t)found.n);
    }
    arena_free(arena);
    return e;
}

/* -- numbers ----------------------------------------------------------------------------------- */

/* Digits as written stay (long order numbers); what a program wrote with the noise of binary
 * fractions is shown with 15 digits, as the sheet shows it. Whole numbers of 16 digits or more that
 * went through a double stay in E form: their end is lost. */
i64 number_text(char out[40], str raw)
{
    bool plain = raw.n > 0 && raw.n < 40;
    i64 digits = 0;
    for (i64 i = 0; i < raw.n && plain; i++) {
        char b = raw.at[i];
        if (b >= '0' && b <= '9') digits++;
        else if (b != '-' && b != '.') plain = false;
    }
    f64 value = 0;
    bool whole = str_find(raw, S(".")) < 0;
    if ((plain && (whole || digits <= 15)) || !f64_parse(raw, &value)) {
        i64 n = raw.n < 39 ? raw.n : 39;
        memcpy(out, raw.at, (size_t)n);
        return n;
    }
    return snprintf(out, 40, "%.15g", value);
}

i64 serial_text(char out[40], f64 serial, enum date_style style, bool date1904)
{
    if (!(serial >= 0 && serial < 2958466)) return 0; /* 0 .. 9999-12-31 */
    i64 seconds = (i64)llround(serial * 86400.0);
    i64 days = seconds / 86400, rest = seconds % 86400;
    int h = (int)(rest / 3600), m = (int)(rest / 60 % 60), s = (int)(rest % 60);
    if (style == STYLE_TIME && days == 0) return snprintf(out, 40, "%02d:%02d:%02d", h, m, s);
    if (!date1904 && days == 60) return snprintf(out, 40, "1900-02-29"); /* a day that never was */
    i64 from = date1904    ? day_of(1904, 1, 1)
               : days > 60 ? day_of(1899, 12, 30)
                           : day_of(1899, 12, 31);
    struct civil t = day_civil((day)(from + days));
    if (rest == 0 && style == STYLE_DATE)
        return snprintf(out, 40, "%04d-%02d-%02d", t.year, t.month, t.day);
    return snprintf(out, 40, "%04d-%02d-%02d %02d:%02d:%02d", t.year, t.month, t.day, h, m, s);
}
