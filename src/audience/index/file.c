/* file.c -- writes a view into a file and maps it back.
 *
 *   head      64 bytes: magic, form, sections, length of all, seq, mark, hash of the schema,
 * checksum of the head section   64 bytes: kind, chunk, length, checksum of the payload; then the
 * payload, filled up to 64 bytes Sections: the dictionaries first, then the chunks in order. Arrays
 * begin at multiples of 64 and are used where they lie. Numbers are those of the machine: the magic
 * does not fit on one of another byte order.
 */
#include "audience/index/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "audience/index/inside.h"

#define FILE_MAGIC 0x4b4f495f31494458u
#define FILE_FORM  2
#define LINE       64

enum section_kind { SECTION_WORDS = 1, SECTION_CHUNK };

struct head {
    u64 magic;
    u32 form, sections;
    i64 bytes, seq;
    u64 mark, schema;
    u64 reserved;
    u32 reserved_too, crc; /* of what stands before */
};
struct section {
    u32 kind, crc;
    i64 chunk, bytes;
    i64 reserved[5];
};
_Static_assert(sizeof(struct head) == LINE && sizeof(struct section) == LINE, "heads fill a line");

static u32 checksum(u32 crc, const void *at, i64 n)
{
    for (const u8 *p = at; n > 0;) {
        i64 some = n < (1 << 30) ? n : 1 << 30;
        crc = (u32)crc32(crc, p, (uInt)some);
        p += some;
        n -= some;
    }
    return crc;
}

/* Columns and sources, by name and kind. */
static u64 schema_hash(const struct index_schema *s)
{
    u64 hash = EVENT_PROPS_MAX * 131 + CHUNK;
    for (i64 i = 0; i < s->columns_n; i++)
        hash = hash * 31 + str_hash(s->columns[i].name) + (u64)s->columns[i].kind + 1;
    for (i64 i = 0; i < s->sources_n; i++) {
        hash = hash * 37 + str_hash(s->sources[i].name) + s->sources[i].value;
        for (i64 p = 0; p < s->sources[i].props.n; p++)
            hash = hash * 41 + str_hash(s->sources[i].props.at[p]);
    }
    return hash;
}

/* -- writing ----------------------------------------------------------------------------------- */

struct out {
    int fd;
    bool failed;
    i64 at, section_at;
    u32 crc, sections;
    i64 buffered;
    char buffer[1 << 16];
};

static void out_flush(struct out *o)
{
    for (i64 done = 0; done < o->buffered && !o->failed;) {
        ssize_t n = write(o->fd, o->buffer + done, (size_t)(o->buffered - done));
        if (n < 0 && errno == EINTR) continue;
        o->failed |= n <= 0;
        done += n;
    }
    o->buffered = 0;
}

static void out_put(struct out *o, const void *in, i64 n)
{
    o->crc = checksum(o->crc, in, n);
    o->at += n;
    for (const char *p = in; n > 0 && !o->failed;) {
        i64 some = (i64)sizeof o->buffer - o->buffered;
        if (some > n) some = n;
        memcpy(o->buffer + o->buffered, p, (size_t)some);
        o->buffered += some;
        p += some;
        n -= some;
        if (o->buffered == (i64)sizeof o->buffer) out_flush(o);
    }
}

static void out_align(struct out *o)
{
    static const char zeros[LINE];
    if (o->at % LINE) out_put(o, zeros, LINE - o->at % LINE);
}

static void out_array(struct out *o, const void *in, i64 n)
{
    out_align(o);
    if (n) out_put(o, in, n);
}

static void out_i64(struct out *o, i64 v) { out_put(o, &v, sizeof v); }

static void section_begin(struct out *o)
{
    struct section empty = { 0 };
    out_align(o);
    o->section_at = o->at;
    out_put(o, &empty, sizeof empty);
    o->crc = 0;
}

static void over(struct out *o, i64 at, const void *in, i64 n)
{
    out_flush(o);
    o->failed |= pwrite(o->fd, in, (size_t)n, at) != n;
}

/* Of the payload, then of the head with nothing in the place of the checksum. */
static u32 section_crc(u32 payload, struct section s)
{
    s.crc = 0;
    return checksum(payload, &s, sizeof s);
}

static void section_end(struct out *o, enum section_kind kind, i64 chunk)
{
    out_align(o);
    struct section s = { .kind = kind, .chunk = chunk, .bytes = o->at - o->section_at - LINE };
    s.crc = section_crc(o->crc, s);
    over(o, o->section_at, &s, sizeof s);
    o->sections++;
}

static void put_words(struct out *o, const struct words *w)
{
    i64 n = w ? w->n : 0;
    out_i64(o, n);
    for (i64 i = 0; i < n; i++) {
        str text = words_text(w, i);
        out_i64(o, text.n);
        out_put(o, text.at, text.n);
    }
}

static void put_part(struct out *o, const struct part *p)
{
    out_i64(o, p != NULL);
    if (!p) return;
    i64 head[] = { p->width, p->base, p->scale, p->low, p->high, p->known_n };
    out_put(o, head, sizeof head);
    if (p->floors) out_array(o, p->floors, FLOORS_BYTES);
    out_array(o, p->known, CHUNK / 8);
    if (p->bands) out_array(o, p->bands, CHUNK);
    out_array(o, p->at, (i64)p->width * CHUNK);
}

static void put_sets(struct out *o, const struct set_list *l)
{
    out_i64(o, l ? l->n : 0);
    for (i64 i = 0; l && i < l->n; i++) {
        const struct set_block *s = l->at[i];
        out_i64(o, s ? s->n : 0);
        if (!s) continue;
        if (s->bits) out_array(o, s->bits, CHUNK / 8);
        else out_array(o, s->list, s->n * 2);
    }
}

static void put_narrow(struct out *o, struct narrow a, i64 n)
{
    out_i64(o, a.width);
    out_array(o, a.at, a.width * n);
}

static void put_rows(struct out *o, const struct rows_block *b, i64 props)
{
    out_i64(o, b != NULL);
    if (!b) return;
    i64 head[] = { b->members_n, b->members != NULL, b->rows_n, b->run.value_low };
    out_put(o, head, sizeof head);
    if (b->members) out_array(o, b->members, b->members_n * 2);
    out_array(o, b->run.offset, (b->members_n + 1) * 4);
    out_array(o, b->run.second, b->rows_n * 4);
    out_array(o, b->run.day, b->rows_n * 2);
    put_narrow(o, b->run.ms, b->rows_n);
    put_narrow(o, b->run.event, b->rows_n);
    put_narrow(o, b->run.value, b->rows_n);
    for (i64 p = 0; p < props; p++) put_narrow(o, b->run.props[p], b->rows_n);
}

static void put_chunk(struct out *o, const struct chunk *k)
{
    out_array(o, k->living, CHUNK / 8);
    for (i64 i = 0; i < k->schema->columns_n; i++) {
        if (k->schema->columns[i].kind == COLUMN_SET) put_sets(o, k->sets[i]);
        else put_part(o, k->parts[i] ? &k->parts[i]->part : NULL);
    }
    for (i64 i = 0; i < k->schema->sources_n; i++) {
        put_rows(o, k->rows[i].base, k->schema->sources[i].props.n);
        put_rows(o, k->rows[i].patch, k->schema->sources[i].props.n);
    }
}

static void put_view(struct out *o, const struct view *v, u64 mark)
{
    struct head head = { .magic = FILE_MAGIC, .form = FILE_FORM, .seq = v->seq, .mark = mark };
    out_put(o, &head, sizeof head);
    section_begin(o);
    for (i64 i = 0; i < v->schema->columns_n; i++) put_words(o, v->words[i]);
    for (i64 i = 0; i < v->schema->sources_n; i++) {
        put_words(o, v->sources[i].event);
        for (i64 p = 0; p < v->schema->sources[i].props.n; p++)
            put_words(o, v->sources[i].props[p]);
    }
    section_end(o, SECTION_WORDS, 0);
    for (i64 i = 0; i < v->chunks_n; i++) {
        section_begin(o);
        put_chunk(o, v->chunks[i]);
        section_end(o, SECTION_CHUNK, i);
    }
    head.sections = o->sections;
    head.bytes = o->at;
    head.schema = schema_hash(v->schema);
    head.crc = checksum(0, &head, offsetof(struct head, crc));
    over(o, 0, &head, sizeof head);
}

/* The folder's entry for the new name must be on disk too. */
static bool sync_folder(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    str folder = slash ? (str){ path, slash - path + 1 } : S(".");
    int fd = open(str_z(a, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return ok;
}

/* Held by whoever writes a generation, in whichever process: its file under the temporary name,
 * locked, and still under that name (a writer before us may just have renamed it). -1: another has
 * it, or it cannot be made. */
static int open_temporary(const char *path)
{
    struct stat opened, named;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    bool ours = flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &opened) == 0 &&
                stat(path, &named) == 0 && opened.st_ino == named.st_ino;
    if (ours && (ftruncate(fd, 0) == 0 || errno == EINVAL)) return fd; /* devices are not cut */
    close(fd);
    return -1;
}

enum err index_save(struct ctx *c, const struct view *v, const char *path, u64 mark)
{
    char *temporary = str_z(c->arena, str_fmt(c->arena, "%s.new", path));
    struct out *o = NEW(c->arena, struct out);
    o->fd = open_temporary(temporary);
    bool ok = o->fd >= 0;
    if (ok) put_view(o, v, mark);
    ok = ok && !o->failed && fsync(o->fd) == 0;
    int why = errno;
    ok = ok && rename(temporary, path) == 0 && sync_folder(c->arena, path);
    if (!ok && o->fd >= 0) unlink(temporary);
    if (o->fd >= 0) close(o->fd); /* not before: the name is ours as long as the lock is */
    if (ok) return OK;
    return fail(c, why == ENOSPC ? E_FULL : E_STORE, "会员索引文件没有写成（%s）",
                "the member index file could not be written (%s)", strerror(why));
}

/* -- reading ----------------------------------------------------------------------------------- */

struct mapping {
    void *at;
    i64 n;
};

static struct mapping *map_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0) return NULL;
    void *at = MAP_FAILED;
    if (fstat(fd, &st) == 0 && st.st_size >= LINE)
        at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (at == MAP_FAILED) return NULL;
    struct mapping *m = malloc(sizeof *m);
    if (!m) abort();
    *m = (struct mapping){ at, st.st_size };
    return m;
}

void mapping_close(struct mapping *m)
{
    if (!m) return;
    munmap(m->at, (size_t)m->n);
    free(m);
}

i64 index_mapped(const struct index *x) { return x->mapping ? x->mapping->n : 0; }

/* The pages wholly within these bytes leave memory until they are read again. */
static void pages_leave(const struct mapping *m, i64 from, i64 to)
{
    i64 page = sysconf(_SC_PAGESIZE);
    from = (from + page - 1) / page * page;
    to = to / page * page;
    if (from < to) madvise((char *)m->at + from, (size_t)(to - from), MADV_DONTNEED);
}

void index_rest(const struct index *x)
{
    if (x->mapping) pages_leave(x->mapping, 0, x->mapping->n);
}

static bool head_is_ours(const struct head *h)
{
    return h->magic == FILE_MAGIC && h->form == FILE_FORM &&
           h->crc == checksum(0, h, offsetof(struct head, crc));
}

bool index_file_head(const char *path, struct index_file_head *out)
{
    struct head h;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && pread(fd, &h, sizeof h, 0) == sizeof h && head_is_ours(&h);
    if (fd >= 0) close(fd);
    if (ok) *out = (struct index_file_head){ h.seq, h.mark };
    return ok;
}

/* Reads within a payload; past its end everything is 0 and `bad`. */
struct in {
    const char *at;
    i64 n, i;
    bool bad;
};

static const void *in_bytes(struct in *in, i64 n)
{
    if (n < 0 || n > in->n - in->i) {
        in->bad = true;
        return NULL;
    }
    in->i += n;
    return in->at + in->i - n;
}

static const void *in_array(struct in *in, i64 n)
{
    i64 i = (in->i + LINE - 1) / LINE * LINE;
    if (i > in->n) i = in->n;
    in->i = i;
    return in_bytes(in, n);
}

static i64 in_i64(struct in *in)
{
    i64 v = 0;
    const void *at = in_bytes(in, sizeof v);
    if (at) memcpy(&v, at, sizeof v);
    return v;
}

/* A number of things that take at least `least` bytes each. */
static i64 in_count(struct in *in, i64 most)
{
    i64 n = in_i64(in);
    if (n < 0 || n > most) in->bad = true;
    return in->bad ? 0 : n;
}

static u8 in_width(struct in *in)
{
    i64 w = in_i64(in);
    in->bad |= w != 0 && w != 1 && w != 2 && w != 4 && w != 8;
    return in->bad ? 0 : (u8)w;
}

static void get_words(struct in *in, struct words *w)
{
    i64 n = in_count(in, in->n);
    for (i64 i = 0; i < n && !in->bad; i++) {
        i64 length = in_i64(in);
        const char *text = in_bytes(in, length);
        if (text) in->bad |= words_add(w, (str){ text, length }) != i;
    }
}

static struct part_block *get_part(struct in *in, _Atomic i64 *memory)
{
    if (!in_i64(in)) return NULL;
    u8 width = in_width(in);
    struct part p = { .width = width };
    p.base = in_i64(in);
    p.scale = in_i64(in);
    p.low = in_i64(in);
    p.high = in_i64(in);
    p.known_n = in_i64(in);
    if (width) p.floors = in_array(in, FLOORS_BYTES);
    p.known = in_array(in, CHUNK / 8);
    if (bands_bytes(width)) p.bands = in_array(in, CHUNK);
    p.at = in_array(in, (i64)width * CHUNK);
    in->bad |= p.scale < 1;
    if (in->bad) return NULL;
    struct part_block *b = block_new(memory, sizeof *b);
    b->part = p;
    b->at_bytes = (i64)width * CHUNK;
    return b;
}

static struct set_list *get_sets(struct in *in, _Atomic i64 *memory)
{
    i64 n = in_count(in, in->n);
    if (!n) return NULL;
    struct set_list *l = set_list_new(memory, n);
    for (i64 i = 0; i < n && !in->bad; i++) {
        i64 count = in_count(in, CHUNK);
        bool sparse = count < SET_SPARSE;
        if (!count) continue;
        const void *at = in_array(in, sparse ? count * 2 : CHUNK / 8);
        if (!at) break;
        struct set_block *s = l->at[i] = block_new(memory, sizeof *s);
        s->n = count;
        if (sparse) s->list = at;
        else s->bits = at;
    }
    return l;
}

static struct narrow get_narrow(struct in *in, i64 n)
{
    u8 width = in_width(in);
    const void *at = in_array(in, width * n);
    return (struct narrow){ width, width ? at : NULL };
}

static struct rows_block *get_rows(struct in *in, _Atomic i64 *memory, i64 props)
{
    if (!in_i64(in)) return NULL;
    i64 members = in_count(in, CHUNK), some = in_i64(in), rows = in_count(in, in->n);
    struct run r = { .n = members, .value_low = in_i64(in) };
    const uint16_t *who = some ? in_array(in, members * 2) : NULL;
    r.offset = in_array(in, (members + 1) * 4);
    r.second = in_array(in, rows * 4);
    r.day = in_array(in, rows * 2);
    r.ms = get_narrow(in, rows);
    r.event = get_narrow(in, rows);
    r.value = get_narrow(in, rows);
    for (i64 p = 0; p < props; p++) r.props[p] = get_narrow(in, rows);
    in->bad |= (!some && members != CHUNK) || (r.offset && r.offset[members] != rows);
    if (in->bad) return NULL;
    struct rows_block *b = block_new(memory, sizeof *b);
    *b = (struct rows_block){ .block = b->block,
                              .members_n = members,
                              .members = who,
                              .rows_n = rows,
                              .run = r,
                              .props_n = props };
    return b;
}

static struct chunk *get_chunk(struct in *in, struct index *x)
{
    struct chunk *k = chunk_new(&x->memory, &x->schema);
    const u64 *living = in_array(in, CHUNK / 8);
    if (living) bits_copy(k->living, living);
    k->living_n = bits_count(k->living);
    for (i64 i = 0; i < x->schema.columns_n; i++) {
        if (x->schema.columns[i].kind == COLUMN_SET) k->sets[i] = get_sets(in, &x->memory);
        else k->parts[i] = get_part(in, &x->memory);
    }
    for (i64 i = 0; i < x->schema.sources_n; i++) {
        k->rows[i].base = get_rows(in, &x->memory, x->schema.sources[i].props.n);
        k->rows[i].patch = get_rows(in, &x->memory, x->schema.sources[i].props.n);
    }
    return k;
}

/* The next section with its payload; false: cut or altered. */
static bool next_section(const struct mapping *m, i64 *at, struct section *s, struct in *in)
{
    if (m->n - *at < LINE) return false;
    memcpy(s, (char *)m->at + *at, sizeof *s);
    if (s->bytes < 0 || s->bytes % LINE || s->bytes > m->n - *at - LINE) return false;
    *in = (struct in){ (char *)m->at + *at + LINE, s->bytes, 0, false };
    *at += LINE + s->bytes;
    return section_crc(checksum(0, in->at, in->n), *s) == s->crc;
}

static bool load_words(struct index *x, struct in *in)
{
    for (i64 i = 0; i < x->schema.columns_n; i++) {
        if (x->words[i]) get_words(in, x->words[i]);
        else in->bad |= in_i64(in) != 0;
    }
    for (i64 i = 0; i < x->schema.sources_n; i++) {
        get_words(in, x->sources[i].event);
        for (i64 p = 0; p < x->schema.sources[i].props.n; p++)
            get_words(in, x->sources[i].props[p]);
    }
    return !in->bad;
}

static bool load(struct index *x, const struct mapping *m, const struct head *h)
{
    i64 at = LINE;
    struct section s;
    struct in in;
    if (!head_is_ours(h) || h->bytes != m->n || h->schema != schema_hash(&x->schema)) return false;
    if (h->sections > m->n / LINE) return false;
    if (!next_section(m, &at, &s, &in) || s.kind != SECTION_WORDS || !load_words(x, &in))
        return false;
    struct chunk **chunks = calloc(h->sections, sizeof *chunks);
    if (!chunks) abort();
    i64 n = (i64)h->sections - 1, got = 0;
    bool ok = n >= 0;
    while (ok && got < n) {
        i64 from = at;
        ok = next_section(m, &at, &s, &in) && s.kind == SECTION_CHUNK && s.chunk == got;
        if (!ok) break;
        chunks[got++] = get_chunk(&in, x);
        ok = !in.bad;
        pages_leave(m, from, at); /* it was read whole for its checksum; most is not asked for */
    }
    ok = ok && at == m->n;
    if (ok) index_adopt(x, chunks, n, h->seq);
    else
        for (i64 i = 0; i < got; i++) block_drop(chunks[i]);
    free(chunks);
    return ok;
}

bool index_load(struct index *x, const char *path)
{
    assert(x->current->chunks_n == 0 && !x->mapping);
    struct mapping *m = map_file(path);
    if (!m) return false;
    bool ok = load(x, m, m->at);
    if (ok) {
        x->mapping = m;
        return true;
    }
    mapping_close(m);
    index_forget_words(x); /* those that had come in */
    return false;
}
