/* seen.c -- counts different orders and members of a run by their ids, or by hashes where
 * there are none. */
#include "import/seen.h"

#include <math.h>
#include <stdlib.h>

/* -- arrays over ids, in pages made when first touched ----------------------------------------- */

#define PAGE_IDS       32768
#define LINES_SEEN_MAX 65534

struct pages {
    u8 **at;
    i64 n;
    size_t page_bytes;
};

static u8 *page_of(struct pages *p, i64 page)
{
    if (page >= p->n) {
        i64 n = p->n ? p->n : 64;
        while (n <= page) n *= 2;
        p->at = realloc(p->at, (size_t)n * sizeof *p->at);
        if (!p->at) abort();
        memset(p->at + p->n, 0, (size_t)(n - p->n) * sizeof *p->at);
        p->n = n;
    }
    if (!p->at[page]) {
        p->at[page] = calloc(1, p->page_bytes);
        if (!p->at[page]) abort();
    }
    return p->at[page];
}

static void pages_free(struct pages *p)
{
    for (i64 i = 0; i < p->n; i++) free(p->at[i]);
    free(p->at);
}

/* -- a run ------------------------------------------------------------------------------------- */

#define FILTER_BITS \
    ((u64)1 << 26) /* 8 MiB: at ten million orders one in seven is looked up for nothing */

struct seen {
    u64 *filter;
    struct pages orders;  /* u16 an id: lines + 1 */
    struct pages members; /* a bit an id */
};

struct seen *seen_new(void)
{
    struct seen *s = calloc(1, sizeof *s);
    if (!s) abort();
    s->filter = calloc(FILTER_BITS / 64, 8);
    if (!s->filter) abort();
    s->orders.page_bytes = PAGE_IDS * 2;
    s->members.page_bytes = PAGE_IDS / 8;
    return s;
}

void seen_free(struct seen *s)
{
    if (!s) return;
    pages_free(&s->orders);
    pages_free(&s->members);
    free(s->filter);
    free(s);
}

bool seen_maybe(struct seen *s, u64 key)
{
    u64 bit = (key ^ key >> 29) & (FILTER_BITS - 1), mask = (u64)1 << (bit & 63);
    u64 *word = &s->filter[bit / 64];
    bool was = *word & mask;
    *word |= mask;
    return was;
}

i64 seen_lines(const struct seen *s, i64 order)
{
    i64 page = order / PAGE_IDS;
    if (page >= s->orders.n || !s->orders.at[page]) return -1;
    return (i64)((const uint16_t *)(const void *)s->orders.at[page])[order % PAGE_IDS] - 1;
}

bool seen_order(struct seen *s, i64 order, i64 lines)
{
    uint16_t *at = (uint16_t *)(void *)page_of(&s->orders, order / PAGE_IDS) + order % PAGE_IDS;
    bool first = *at == 0;
    i64 now = (first ? 1 : *at) + lines;
    *at = (uint16_t)(now > LINES_SEEN_MAX ? LINES_SEEN_MAX : now);
    return first;
}

bool seen_member(struct seen *s, i64 member)
{
    u8 *at = page_of(&s->members, member / PAGE_IDS) + member % PAGE_IDS / 8,
       mask = (u8)(1 << member % 8);
    bool first = !(*at & mask);
    *at |= mask;
    return first;
}

/* -- keys without ids -------------------------------------------------------------------------- */

#define KEYS_EXACT ((i64)3 << 20)
#define KEYS_START 4096
#define REGISTERS  65536 /* for the estimate: HyperLogLog, error about 0.4 % */

struct key_count {
    u64 *slots;
    i64 n, room;
    u8 *registers; /* from the start, so that the estimate covers all */
};

struct key_count *key_count_new(void)
{
    struct key_count *k = calloc(1, sizeof *k);
    if (!k) abort();
    k->room = KEYS_START;
    k->slots = calloc((size_t)k->room, 8);
    k->registers = calloc(REGISTERS, 1);
    if (!k->slots || !k->registers) abort();
    return k;
}

void key_count_free(struct key_count *k)
{
    if (!k) return;
    free(k->slots);
    free(k->registers);
    free(k);
}

static bool put_slot(u64 *slots, i64 room, u64 key)
{
    for (u64 i = key & (u64)(room - 1);; i = (i + 1) & (u64)(room - 1)) {
        if (slots[i] == key) return false;
        if (slots[i]) continue;
        slots[i] = key;
        return true;
    }
}

/* The estimate needs every bit to depend on every bit. */
static u64 mixed(u64 key)
{
    key = (key ^ key >> 30) * 0xBF58476D1CE4E5B9ull;
    key = (key ^ key >> 27) * 0x94D049BB133111EBull;
    return key ^ key >> 31;
}

bool key_count_add(struct key_count *k, u64 key)
{
    key = mixed(key);
    if (!key) key = 1;
    u8 rank = (u8)(__builtin_ctzll(key >> 16 | (u64)1 << 47) + 1);
    u8 *reg = &k->registers[key & (REGISTERS - 1)];
    if (rank > *reg) *reg = rank;
    if (k->n >= KEYS_EXACT) return false;
    if (2 * k->n >= k->room) {
        u64 *slots = calloc((size_t)k->room * 2, 8);
        if (!slots) abort();
        for (i64 i = 0; i < k->room; i++)
            if (k->slots[i]) put_slot(slots, k->room * 2, k->slots[i]);
        free(k->slots);
        k->slots = slots;
        k->room *= 2;
    }
    bool added = put_slot(k->slots, k->room, key);
    k->n += added;
    return added;
}

i64 key_count_distinct(const struct key_count *k, bool *estimated)
{
    *estimated = k->n >= KEYS_EXACT;
    if (!*estimated) return k->n;
    f64 sum = 0;
    for (i64 i = 0; i < REGISTERS; i++) sum += ldexp(1, -k->registers[i]);
    return (i64)(0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS * (f64)REGISTERS / sum);
}
