/* cursor.c -- where a page ended, as a token that only this shop makes and only for the route it
 * was made for. */
#include <assert.h>
#include <sodium.h>

#include "http/inside.h"

#define MAC_BYTES 16
#define KEY_BYTES 32
#define TEXT_MAX  512

#define FIELDS_OF_secret_row(X, N) X(str, value, ANY, "", N)
SHAPE(secret_row);
SHAPE_DEFINE(secret_row);
QUERY(http_secret_find, secret_row, "SELECT value FROM http_secret WHERE name = $1");
CHANGE(http_secret_add,
       "INSERT INTO http_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static u8 key[KEY_BYTES];
static bool key_known;

static void take_key(u8 out[KEY_BYTES])
{
    pthread_mutex_lock(&lock);
    if (!key_known) { /* a command without a server: good for this process */
        if (sodium_init() < 0) assert(!"libsodium does not work");
        randombytes_buf(key, sizeof key);
        key_known = true;
    }
    memcpy(out, key, KEY_BYTES);
    pthread_mutex_unlock(&lock);
}

static enum err find_or_make(struct tx *t, void *arg)
{
    str *out = arg;
    u8 fresh[KEY_BYTES];
    randombytes_buf(fresh, sizeof fresh);
    TRY(tx_change(t, &http_secret_add, ARGS(S("cursor"), str_hex(t->c->arena, fresh, KEY_BYTES))));
    struct secret_row row;
    TRY(db_get(t->c, &http_secret_find, &row, ARGS(S("cursor"))));
    *out = row.value;
    return OK;
}

enum err cursor_key_load(struct store *s, struct ctx *c)
{
    str text;
    TRY(store_write(s, c, find_or_make, &text));
    u8 raw[KEY_BYTES];
    size_t n = 0;
    if (sodium_hex2bin(raw, sizeof raw, text.at, (size_t)text.n, NULL, &n, NULL) != 0 ||
        n != KEY_BYTES)
        return fail(c, E_INTERNAL, "分页密钥已损坏", "the key of cursors is damaged");
    pthread_mutex_lock(&lock);
    memcpy(key, raw, KEY_BYTES);
    key_known = true;
    pthread_mutex_unlock(&lock);
    return OK;
}

/* token = base64url(mac | key | id | has text | text), the mac over the route's name and the rest.
 */
static void seal(const char *route, const u8 *payload, i64 n, u8 mac[MAC_BYTES])
{
    u8 k[KEY_BYTES];
    take_key(k);
    crypto_generichash_state s;
    crypto_generichash_init(&s, k, sizeof k, MAC_BYTES);
    crypto_generichash_update(&s, (const u8 *)route, strlen(route) + 1);
    crypto_generichash_update(&s, payload, (u64)n);
    crypto_generichash_final(&s, mac, MAC_BYTES);
}

str cursor_make(struct ctx *c, const char *route, struct cursor at)
{
    i64 n = MAC_BYTES + 17 + at.text.n;
    u8 *raw = arena_alloc(c->arena, 1, n);
    memcpy(raw + MAC_BYTES, &at.key, 8);
    memcpy(raw + MAC_BYTES + 8, &at.id, 8);
    raw[MAC_BYTES + 16] = at.text.at != NULL;
    if (at.text.n) memcpy(raw + MAC_BYTES + 17, at.text.at, (size_t)at.text.n);
    seal(route, raw + MAC_BYTES, n - MAC_BYTES, raw);
    const int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    size_t room = sodium_base64_encoded_len((size_t)n, form);
    char *text = arena_alloc(c->arena, 1, (i64)room);
    sodium_bin2base64(text, room, raw, (size_t)n, form);
    return str_of(text);
}

enum err cursor_read(struct ctx *c, const char *route, str text, struct cursor *out)
{
    *out = (struct cursor){ 0 };
    if (!text.n) return OK;
    u8 *raw = arena_alloc(c->arena, 1, text.n + 1);
    size_t n = 0;
    u8 mac[MAC_BYTES];
    const int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    bool good = text.n <= TEXT_MAX * 2 &&
                sodium_base642bin(raw, (size_t)text.n, text.at, (size_t)text.n, NULL, &n, NULL,
                                  form) == 0 &&
                n >= MAC_BYTES + 17;
    if (good) {
        seal(route, raw + MAC_BYTES, (i64)n - MAC_BYTES, mac);
        good = sodium_memcmp(mac, raw, MAC_BYTES) == 0;
    }
    if (!good)
        return fail_at(c, E_INVALID, S("cursor"), "游标无效：请使用上一页返回的 next_cursor",
                       "the cursor is not valid: take next_cursor of the page before");
    memcpy(&out->key, raw + MAC_BYTES, 8);
    memcpy(&out->id, raw + MAC_BYTES + 8, 8);
    if (raw[MAC_BYTES + 16])
        out->text = (str){ (const char *)raw + MAC_BYTES + 17, (i64)n - MAC_BYTES - 17 };
    return OK;
}

i64 page_limit(opt_i64 limit)
{
    if (!limit.has) return 50;
    return limit.value < 1 ? 1 : limit.value > 200 ? 200 : limit.value;
}
