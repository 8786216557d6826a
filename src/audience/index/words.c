/* words.c -- dictionaries: texts get codes 0, 1, 2 … and keep them.
 *
 * Invariants
 *   1. The builder appends to a store in place; a reader's struct words says how many of its texts
 * exist for him. A slot of the hash table that names a later text is passed over.
 *   2. A full store is replaced by one twice as large. The texts themselves lie in pages that
 * stores hand on: each page counts the stores that need it.
 *   3. Each text stands beside its folded form, so that a question folds none.
 */
#include <assert.h>

#include "audience/index/inside.h"

#define FIRST_ROOM ((i64)64)
#define PAGE_BYTES ((i64)16384)

struct page {
    struct block block;
    struct page *older;
    i64 used, room;
    char at[];
};

struct word_store {
    struct block block;
    i64 room; /* texts */
    str *text, *folded;
    _Atomic u32 *slots; /* 2 * room: code + 1; 0: free */
    struct page *page;
};

static void page_end(void *page) { block_drop(((struct page *)page)->older); }

static void store_end(void *store) { block_drop(((struct word_store *)store)->page); }

static void words_end(void *words) { block_drop(((struct words *)words)->store); }

static struct word_store *store_new(_Atomic i64 *memory, i64 room)
{
    i64 texts = room * (i64)sizeof(str), slots = 2 * room * (i64)sizeof(u32);
    struct word_store *s = block_new(memory, (i64)sizeof *s + 2 * texts + slots);
    s->block.end = store_end;
    s->room = room;
    s->text = (str *)(s + 1);
    s->folded = s->text + room;
    s->slots = (_Atomic u32 *)((char *)(s + 1) + 2 * texts);
    return s;
}

struct words *words_new(_Atomic i64 *memory)
{
    struct words *w = block_new(memory, sizeof *w);
    w->block.end = words_end;
    w->store = store_new(memory, FIRST_ROOM);
    return w;
}

struct words *words_seen(const struct words *w)
{
    struct words *seen = block_new(w->block.memory, sizeof *seen);
    seen->block.end = words_end;
    seen->n = w->n;
    seen->store = w->store;
    block_take(w->store);
    return seen;
}

i64 words_count(const struct words *w) { return w->n; }

str words_text(const struct words *w, i64 code)
{
    assert(code >= 0 && code < w->n);
    return w->store->text[code];
}

str words_folded(const struct words *w, i64 code)
{
    assert(code >= 0 && code < w->n);
    return w->store->folded[code];
}

/* Its code, or -1 and the free slot. */
static i64 look(const struct words *w, str text, i64 *slot)
{
    const struct word_store *s = w->store;
    u64 mask = (u64)(2 * s->room - 1), i = str_hash(text) & mask;
    for (;; i = (i + 1) & mask) {
        u32 code = atomic_load_explicit(&s->slots[i], memory_order_acquire);
        *slot = (i64)i;
        if (!code) return -1;
        if ((i64)code <= w->n && str_eq(s->text[code - 1], text)) return (i64)code - 1;
    }
}

i64 words_find(const struct words *w, str text)
{
    i64 slot;
    return look(w, text, &slot);
}

static void put(struct word_store *s, str text, str folded, i64 code)
{
    u64 mask = (u64)(2 * s->room - 1), i = str_hash(text) & mask;
    while (atomic_load_explicit(&s->slots[i], memory_order_relaxed)) i = (i + 1) & mask;
    s->text[code] = text;
    s->folded[code] = folded;
    atomic_store_explicit(&s->slots[i], (u32)code + 1, memory_order_release);
}

static void grow(struct words *w)
{
    struct word_store *old = w->store, *s = store_new(w->block.memory, old->room * 2);
    for (i64 i = 0; i < w->n; i++) put(s, old->text[i], old->folded[i], i);
    s->page = old->page;
    block_take(s->page);
    w->store = s;
    block_drop(old);
}

static str keep(struct words *w, str text)
{
    struct word_store *s = w->store;
    if (!s->page || s->page->room - s->page->used < text.n) {
        i64 room = text.n > PAGE_BYTES ? text.n : PAGE_BYTES;
        struct page *p = block_new(w->block.memory, (i64)sizeof *p + room);
        p->block.end = page_end;
        p->room = room;
        p->older = s->page; /* the store's pointer becomes the page's */
        s->page = p;
    }
    char *at = s->page->at + s->page->used;
    if (text.n) memcpy(at, text.at, (size_t)text.n);
    s->page->used += text.n;
    return (str){ at, text.n };
}

/* Most words are their own folded form, and need no second place. */
static str fold(struct words *w, str text)
{
    bool plain = true;
    for (i64 i = 0; i < text.n && plain; i++)
        plain = (u8)text.at[i] < 0x80 && !(text.at[i] >= 'A' && text.at[i] <= 'Z');
    if (plain) return text;
    struct arena *scratch = arena_new();
    str folded = str_fold(scratch, text);
    folded = str_eq(folded, text) ? text : keep(w, folded);
    arena_free(scratch);
    return folded;
}

i64 words_add(struct words *w, str text)
{
    i64 slot, code = look(w, text, &slot);
    if (code >= 0) return code;
    if (w->n == w->store->room) grow(w);
    text = keep(w, text);
    put(w->store, text, fold(w, text), w->n);
    return w->n++;
}
