/* key_map.c -- open addressing, doubled at half full. */
#include "trade/key_map.h"

static u64 hash_of(i64 scope, str key)
{
    u64 h = (key.n ? str_hash(key) : 0) ^ ((u64)scope * 0x9e3779b97f4a7c15u);
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    h ^= h >> 32;
    return h ? h : 1;
}

static struct key_slot *probe(struct key_slot *slots, i64 room, u64 hash, i64 scope, str key)
{
    u64 i = hash & (u64)(room - 1);
    for (;; i = (i + 1) & (u64)(room - 1)) {
        struct key_slot *s = &slots[i];
        if (!s->hash) return s;
        if (s->hash == hash && s->scope == scope && str_eq(s->key, key)) return s;
    }
}

static void grow(struct key_map *m)
{
    i64 room = m->room ? m->room * 2 : 64;
    struct key_slot *slots = NEWS(m->arena, struct key_slot, room);
    for (i64 i = 0; i < m->room; i++) {
        struct key_slot *s = &m->slots[i];
        if (s->hash) *probe(slots, room, s->hash, s->scope, s->key) = *s;
    }
    m->slots = slots;
    m->room = room;
}

struct key_slot *key_map_find(const struct key_map *m, i64 scope, str key)
{
    if (!m->n) return NULL;
    struct key_slot *s = probe(m->slots, m->room, hash_of(scope, key), scope, key);
    return s->hash ? s : NULL;
}

struct key_slot *key_map_slot(struct key_map *m, i64 scope, str key, bool *added)
{
    if (2 * (m->n + 1) > m->room) grow(m);
    u64 hash = hash_of(scope, key);
    struct key_slot *s = probe(m->slots, m->room, hash, scope, key);
    *added = !s->hash;
    if (*added) {
        *s = (struct key_slot){ .hash = hash, .scope = scope, .key = key };
        m->n++;
    }
    return s;
}
