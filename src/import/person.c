/* person.c -- the buyer of a row: his identities, cleaned, and the person of the batch they
 * make. */
#include "import/person.h"

#define IDENTITIES_OF_BUYER 6

struct buyer {
    struct identity ids[IDENTITIES_OF_BUYER];
    i64 n;
    bool strong;
};

static void add_identity(struct ctx *c, struct buyer *b, enum identity_kind kind, str scope,
                         str value)
{
    if (!value.n || b->n == IDENTITIES_OF_BUYER) return;
    struct identity id = { .kind = kind, .scope = scope, .value = value };
    if (identity_normalise(c, &id) != OK) return; /* "无", a cut number: it names nobody */
    for (i64 i = 0; i < b->n; i++)
        if (b->ids[i].kind == id.kind && str_eq(b->ids[i].value, id.value)) return;
    b->strong |= identity_kind_row(id.kind)->strong;
    b->ids[b->n++] = id;
}

static enum identity_kind kind_of_member(const struct import_plan *p, str said)
{
    int kind = said.n ? choice_find(&identity_kind_choice, said) : -1;
    return kind < 0 ? p->identity : (enum identity_kind)kind;
}

/* ##AbC=, $$xyz$1$: receiver fields as ciphertext tell buyers apart, but are nobody's name. */
static bool is_sealed(str s) { return str_starts(s, S("##")) || str_starts(s, S("$$")); }

void import_buyer_cells(struct cells *r, struct row_values *v)
{
    v->member = cells_id(r, F_MEMBER);
    v->member_kind = cells_text(r, F_MEMBER_KIND, 200);
    v->phone = cells_text(r, F_PHONE, 200);
    v->email = cells_text(r, F_EMAIL, 200);
    v->external_userid = cells_text(r, F_EXTERNAL_USERID, 200);
    v->name = cells_text(r, F_NAME, 200);
}

/* The person in this batch with just these identities; each is resolved once. */
i64 import_person_of(struct ctx *c, struct import_buyers *r, const struct row_values *v, str shop,
                     instant at)
{
    struct arena *a = r->batch->arena;
    struct arena_mark mark = arena_mark(c->arena);
    struct buyer b = { .n = 0 };
    add_identity(c, &b, kind_of_member(r->plan, v->member_kind), shop, v->member);
    add_identity(c, &b, ID_PHONE, shop, v->phone);
    add_identity(c, &b, ID_EMAIL, shop, v->email);
    add_identity(c, &b, ID_EXTERNAL_USERID, shop, v->external_userid);
    if (!b.strong && b.n) add_identity(c, &b, ID_NICK, shop, v->name);
    struct buf key = { .arena = c->arena };
    for (i64 i = 0; i < b.n; i++) {
        buf_i64(&key, (i64)b.ids[i].kind);
        buf_byte(&key, ' ');
        buf_add(&key, b.ids[i].scope);
        buf_byte(&key, '\n');
        buf_add(&key, b.ids[i].value);
        buf_byte(&key, '\n');
    }
    i64 person = -1;
    if (b.n) {
        bool added;
        str text = buf_str(&key);
        struct key_slot *slot = key_map_slot(&r->people, 0, text, &added);
        if (added) {
            slot->key = str_copy(a, text);
            slot->value = r->batch->persons.n;
            struct import_person *p = PUSH(a, &r->batch->persons);
            *p = (struct import_person){
                .identities = NEWS(a, struct identity, b.n), .n = b.n, .strong = b.strong, .at = at
            };
            for (i64 i = 0; i < b.n; i++)
                p->identities[i] = (struct identity){ b.ids[i].kind, str_copy(a, b.ids[i].scope),
                                                      str_copy(a, b.ids[i].value) };
        }
        person = slot->value;
        struct import_person *p = &r->batch->persons.at[person];
        if (!p->name.n && v->name.n && !is_sealed(v->name)) p->name = str_copy(a, v->name);
        if (!p->touchpoint.n) p->touchpoint = str_copy(a, str_or(v->touchpoint, shop));
        if (at && (!p->at || at < p->at)) p->at = at;
    }
    arena_rewind(c->arena, mark);
    return person;
}
