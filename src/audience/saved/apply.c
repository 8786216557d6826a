/* apply.c -- members move in and out: the chunk, the counts, the history and the lines of the
 * timeline, in one transaction. */
#include "audience/saved/inside.h"
#include "timeline/timeline.h"

#define SLOT_MS (5 * MINUTE_MS)

i64 wishes_max = 5000;

QUERY(chunk_one, chunk_row,
      "SELECT segment AS owner, chunk, members FROM segment_chunk WHERE segment = $1"
      " AND chunk = $2");
CHANGE(chunk_write, "INSERT INTO segment_chunk (segment, chunk, n, members) VALUES ($1, $2, $3, $4)"
                    " ON CONFLICT (segment, chunk) DO UPDATE SET n = excluded.n,"
                    " members = excluded.members");
CHANGE(segment_moved, "UPDATE segment SET members = members + $2, changes = changes + 1, seq = $3"
                      " WHERE id = $1");
CHANGE(size_add,
       "INSERT INTO segment_size (segment, grain, slot, at, members, entered, gone)"
       " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (segment, grain, slot) DO UPDATE SET"
       " at = excluded.at, members = excluded.members,"
       " entered = segment_size.entered + excluded.entered,"
       " gone = segment_size.gone + excluded.gone");
QUERY(member_lives, one_i64,
      "SELECT COUNT(*) AS value FROM member WHERE member = $1 AND merged_into IS NULL"
      " AND erased_at IS NULL");

struct moving {
    struct tx *t;
    struct kept_segment row; /* held */
    struct granted *granted;
    str subject;
    struct {
        struct timeline_line *at;
        i64 n;
    } lines;
};

static enum err add_line(struct moving *m, i64 member, bool in)
{
    struct ctx *c = m->t->c;
    struct one_i64 lives = { 1 };
    /* The first filling is silent unless it was asked for. */
    if (m->row.filled != m->row.version && !m->row.announce) return OK;
    if (!in) TRY(db_get(c, &member_lives, &lives, ARGS(member)));
    struct timeline_line *line = PUSH(c->arena, &m->lines);
    line->member = member;
    line->at = c->now;
    line->kind = in ? S("segment.entered") : S("segment.left");
    line->subject = m->subject;
    line->props = str_fmt(c->arena, "{\"segment\":%lld,\"version\":%lld%s}", (long long)m->row.id,
                          (long long)m->row.version, lives.value ? "" : ",\"gone\":true");
    return OK;
}

static enum err move_in_chunk(struct moving *m, const struct wish *at, i64 n)
{
    struct ctx *c = m->t->c;
    struct chunk_row row = { 0 };
    chunk_bits bits;
    bool found;
    i64 chunk = at[0].member / CHUNK, moved = 0;
    TRY(db_find(c, &chunk_one, &row, &found, ARGS(m->row.id, chunk)));
    if (found) TRY(kept_read(c, row.members, bits));
    else bits_fill(bits, false);
    for (i64 i = 0; i < n; i++) {
        u64 *word = &bits[at[i].member % CHUNK / 64], bit = 1ull << (at[i].member % 64);
        if (((*word & bit) != 0) == at[i].in) continue;
        *word ^= bit;
        moved++;
        m->granted->entered += at[i].in;
        m->granted->left += !at[i].in;
        TRY(add_line(m, at[i].member, at[i].in));
    }
    if (moved == 0) return OK;
    str blob = kept_write(c->arena, bits);
    return tx_change(m->t, &chunk_write,
                     ARGS(m->row.id, chunk, bits_count(bits), ((bytes){ blob.at, blob.n })));
}

static enum err add_size(struct moving *m, i64 members)
{
    struct ctx *c = m->t->c;
    instant slot = c->now - c->now % SLOT_MS,
            midnight = zone_midnight(c->zone, zone_day(c->zone, c->now));
    i64 entered = m->granted->entered, left = m->granted->left;
    TRY(tx_change(m->t, &size_add,
                  ARGS(m->row.id, S("slot"), slot, c->now, members, entered, left)));
    return tx_change(m->t, &size_add,
                     ARGS(m->row.id, S("day"), midnight, c->now, members, entered, left));
}

static i64 same_segment(const struct wishes *w, i64 i)
{
    i64 k = i + 1;
    while (k < w->n && w->at[k].segment == w->at[i].segment) k++;
    return k;
}

static enum err grant_segment(struct moving *m, const struct wishes *w, i64 i, i64 end)
{
    struct ctx *c = m->t->c;
    struct granted *g = m->granted;
    bool found;
    TRY(segment_hold(m->t, w->at[i].segment, &found, &m->row));
    g->refused = !found || m->row.version != w->at[i].version || m->row.seq > w->seq;
    g->behind = found && m->row.seq > w->seq ? m->row.seq : 0;
    if (g->refused) return OK;
    m->subject = str_fmt(c->arena, "segment:" STR_FMT, STR_ARG(m->row.name));
    for (i64 k; i < end; i = k) {
        i64 chunk = w->at[i].member / CHUNK;
        for (k = i + 1; k < end && w->at[k].member / CHUNK == chunk;) k++;
        TRY(move_in_chunk(m, w->at + i, k - i));
    }
    g->changes = m->row.changes;
    if (g->entered + g->left == 0) return OK;
    g->changes++;
    TRY(tx_change(m->t, &segment_moved, ARGS(m->row.id, g->entered - g->left, w->seq)));
    return add_size(m, m->row.members + g->entered - g->left);
}

enum err wishes_grant(struct tx *t, void *wishes)
{
    struct wishes *w = wishes;
    struct moving m = { .t = t };
    w->granted = NEWS(t->c->arena, struct granted, w->n + 1);
    w->granted_n = 0;
    for (i64 i = 0, k; i < w->n; i = k) {
        k = same_segment(w, i);
        m.granted = &w->granted[w->granted_n++];
        *m.granted = (struct granted){ .segment = w->at[i].segment };
        TRY(grant_segment(&m, w, i, k));
    }
    return timeline_append_all(t, m.lines.at, m.lines.n);
}
