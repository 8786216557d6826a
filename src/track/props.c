/* props.c -- which properties of an event are kept on its line: those we know, and others that are
 * not personal.
 *
 * A line is never altered, and anyone who may see members may read it: what names a person, or
 * looks as if it did, is left out here and nowhere else.
 */
#include "base/num.h"
#include "track/tree.h"

#define TEXT_MAX     ((i64)200)
#define NAME_MAX_    ((i64)60)
#define PRODUCTS_MAX ((i64)50)

enum treatment { KEEP_ID, KEEP_TEXT, KEEP_MONEY, KEEP_PATH, KEEP_PRODUCTS, KEEP_NOT };

/* Names as snake_case. What is not here is kept when it is scalar and neither its name nor its
 * value is personal. */
static const struct known {
    const char *name, *as;
    enum treatment treatment;
} table[] = {
    { "product_id", NULL, KEEP_ID },
    { "sku", NULL, KEEP_ID },
    { "category", NULL, KEEP_TEXT },
    { "brand", NULL, KEEP_TEXT },
    { "variant", NULL, KEEP_TEXT },
    { "price", NULL, KEEP_MONEY },
    { "quantity", NULL, KEEP_ID },
    { "value", NULL, KEEP_MONEY },
    { "revenue", NULL, KEEP_MONEY },
    { "total", NULL, KEEP_MONEY },
    { "subtotal", NULL, KEEP_MONEY },
    { "shipping", NULL, KEEP_MONEY },
    { "tax", NULL, KEEP_MONEY },
    { "discount", NULL, KEEP_MONEY },
    { "currency", NULL, KEEP_TEXT },
    { "order_id", NULL, KEEP_ID },
    { "checkout_id", NULL, KEEP_ID },
    { "cart_id", NULL, KEEP_ID },
    { "coupon", NULL, KEEP_ID },
    { "coupon_id", NULL, KEEP_ID },
    { "coupon_name", NULL, KEEP_TEXT },
    { "position", NULL, KEEP_ID },
    { "query", NULL, KEEP_TEXT },
    { "list_id", NULL, KEEP_ID },
    { "promotion_id", NULL, KEEP_ID },
    { "creative", NULL, KEEP_TEXT },
    { "wishlist_id", NULL, KEEP_ID },
    { "wishlist_name", NULL, KEEP_NOT },
    { "review_id", NULL, KEEP_ID },
    { "rating", NULL, KEEP_ID },
    { "affiliation", NULL, KEEP_TEXT },
    { "step", NULL, KEEP_ID },
    { "payment_method", NULL, KEEP_TEXT },
    { "shipping_method", NULL, KEEP_TEXT },
    { "share_via", NULL, KEEP_TEXT },
    { "share_message", NULL, KEEP_NOT },
    { "product_name", NULL, KEEP_TEXT },
    { "list_name", NULL, KEEP_TEXT },
    { "url", "path", KEEP_PATH },
    { "path", NULL, KEEP_PATH },
    { "referrer", NULL, KEEP_PATH },
    { "referer", "referrer", KEEP_PATH },
    { "image_url", NULL, KEEP_NOT },
    { "search", NULL, KEEP_NOT },
    { "title", NULL, KEEP_TEXT },
    { "products", NULL, KEEP_PRODUCTS },
    { "utm_source", NULL, KEEP_TEXT },
    { "utm_medium", NULL, KEEP_TEXT },
    { "utm_campaign", NULL, KEEP_TEXT },
    { "utm_term", NULL, KEEP_TEXT },
    { "utm_content", NULL, KEEP_TEXT },
    { "$url", "path", KEEP_PATH },
    { "$url_path", "path", KEEP_PATH },
    { "$title", "title", KEEP_TEXT },
    { "$referrer", "referrer", KEEP_PATH },
    { "$scene", "scene", KEEP_TEXT },
    { "$share_method", "share_via", KEEP_TEXT },
    { "$share_depth", "share_depth", KEEP_ID },
    { "$utm_source", "utm_source", KEEP_TEXT },
    { "$utm_medium", "utm_medium", KEEP_TEXT },
    { "$utm_campaign", "utm_campaign", KEEP_TEXT },
    { "$utm_term", "utm_term", KEEP_TEXT },
    { "$utm_content", "utm_content", KEEP_TEXT },
    { "$os", "os", KEEP_TEXT },
    { "$latest_utm_source", "utm_source", KEEP_TEXT },
    { "$latest_utm_medium", "utm_medium", KEEP_TEXT },
    { "$latest_utm_campaign", "utm_campaign", KEEP_TEXT },
    { "touchpoint", NULL, KEEP_NOT }, /* a column of the line */
};

static const struct known of_product[] = {
    { "product_id", NULL, KEEP_ID }, { "sku", NULL, KEEP_ID },      { "category", NULL, KEEP_TEXT },
    { "name", NULL, KEEP_TEXT },     { "brand", NULL, KEEP_TEXT },  { "variant", NULL, KEEP_TEXT },
    { "price", NULL, KEEP_MONEY },   { "quantity", NULL, KEEP_ID }, { "coupon", NULL, KEEP_ID },
    { "position", NULL, KEEP_ID },
};

/* -- names ------------------------------------------------------------------------------------ */

/* productId, product-id, "Product Id": product_id. Absent: no usable name. */
static str snake(char out[NAME_MAX_ + 8], str told)
{
    i64 n = 0;
    if (told.n == 0 || told.n > NAME_MAX_) return NO_STR;
    for (i64 i = 0; i < told.n; i++) {
        char ch = told.at[i];
        if ((u8)ch < ' ' || ch == '"' || ch == '\\') return NO_STR;
        bool upper = ch >= 'A' && ch <= 'Z';
        bool after_lower = i > 0 && ((told.at[i - 1] >= 'a' && told.at[i - 1] <= 'z') ||
                                     (told.at[i - 1] >= '0' && told.at[i - 1] <= '9'));
        if (upper && after_lower && n < NAME_MAX_) out[n++] = '_';
        if (n >= NAME_MAX_) return NO_STR;
        if (ch == ' ' || ch == '-' || ch == '.') ch = '_';
        out[n++] = upper ? (char)(ch | 32) : ch;
    }
    return (str){ out, n };
}

/* Whole words of a name that speak of a person. */
static bool is_personal_word(str word)
{
    static const char *const words[] = {
        "email",     "mail",      "emails",    "phone",    "phones",   "mobile",    "tel",
        "telephone", "cell",      "cellphone", "address",  "addr",     "street",    "zip",
        "zipcode",   "postcode",  "postal",    "ip",       "lat",      "latitude",  "lng",
        "lon",       "longitude", "location",  "idcard",   "passport", "ssn",       "birthday",
        "birth",     "dob",       "password",  "passwd",   "pwd",      "token",     "secret",
        "cookie",    "session",   "openid",    "unionid",  "wechat",   "weixin",    "wx",
        "qq",        "alipay",    "bank",      "iban",     "card",     "cvv",       "receiver",
        "recipient", "consignee", "contact",   "contacts", "buyer",    "firstname", "lastname",
        "surname",   "realname",  "fullname",  "username", "nickname", "nick",      "avatar",
        "message",   "remark",    "remarks",   "comment",  "comments", "body",      "note",
        "notes",     "memo",      "signature", "imei",     "idfa",     "oaid",      "mac",
    };
    for (i64 i = 0; i < COUNT(words); i++)
        if (str_eq(word, str_of(words[i]))) return true;
    return false;
}

static bool is_personal_name(str name)
{
    static const char *const parts[] = { "姓名",   "手机", "电话", "邮箱", "地址",
                                         "身份证", "收货", "收件", "微信", "昵称",
                                         "生日",   "密码", "留言", "备注", "银行" };
    static const char *const persons[] = { "first",  "last",   "full", "real",
                                           "given",  "family", "user", "customer",
                                           "member", "client", "guest" };
    for (i64 i = 0; i < COUNT(parts); i++)
        if (str_find(name, str_of(parts[i])) >= 0) return true;
    bool of_name = str_eq(name, S("name")) || str_ends(name, S("_name")), of_person = false;
    for (str rest = name; rest.at;) {
        str word;
        rest = str_cut(rest, '_', &word);
        if (is_personal_word(word)) return true;
        for (i64 i = 0; i < COUNT(persons); i++) of_person |= str_eq(word, str_of(persons[i]));
    }
    return str_eq(name, S("name")) || (of_name && of_person);
}

/* -- values ----------------------------------------------------------------------------------- */

static bool is_digit(char ch) { return ch >= '0' && ch <= '9'; }

/* A mobile number or an identity card number stands in it, or an e-mail address. */
static bool is_personal_value(str s)
{
    for (i64 i = 0; i < s.n; i++) {
        if (s.at[i] == '@' && i > 0 && str_find(str_sub(s, i, s.n), S(".")) > 1) return true;
        if (!is_digit(s.at[i])) continue;
        i64 from = i;
        while (i < s.n && is_digit(s.at[i])) i++;
        i64 n = i - from;
        bool check_x = i < s.n && (s.at[i] | 32) == 'x';
        str run = str_sub(s, from, i);
        if (n == 13 && str_starts(run, S("86"))) run = str_sub(run, 2, run.n);
        if (run.n == 11 && run.at[0] == '1' && run.at[1] >= '3') return true;
        if (n == 18 || (n == 17 && check_x)) return true;
        i--;
    }
    return false;
}

static str cut_text(str s)
{
    if (s.n <= TEXT_MAX) return s;
    i64 n = TEXT_MAX;
    while (n > 0 && ((u8)s.at[n] & 0xc0) == 0x80) n--;
    return (str){ s.at, n };
}

static str path_of(str url)
{
    for (i64 i = 0; i < url.n; i++)
        if (url.at[i] == '?' || url.at[i] == '#') return str_sub(url, 0, i);
    return url;
}

/* -- writing ---------------------------------------------------------------------------------- */

static bool begin(struct props *p, str name)
{
    if (p->n >= PROPS_MAX) return false;
    for (i64 i = 0; i < p->seen.n; i++)
        if (str_eq(p->seen.at[i], name)) return false;
    struct arena *a = p->text.arena;
    if (!p->seen.at) p->seen.at = NEWS(a, str, PROPS_MAX);
    p->seen.at[p->seen.n++] = str_copy(a, name);
    buf_byte(&p->text, p->n++ ? ',' : '{');
    json_write_str(&p->text, name);
    buf_byte(&p->text, ':');
    return true;
}

static void write_money(struct buf *out, money m)
{
    char text[32];
    buf_add(out, (str){ text, money_write(text, m) });
}

static void write_scalar(struct buf *out, const json_t *value, str text)
{
    if (json_is_string(value)) json_write_str(out, cut_text(text));
    else buf_add(out, text);
}

static bool take_scalar(struct props *p, str name, const json_t *value, enum treatment treatment)
{
    str text = tree_scalar(p->text.arena, value);
    money m;
    if (text.n == 0) return false;
    if (treatment == KEEP_MONEY) {
        if (!tree_money(value, &m) || !begin(p, name)) return false;
        write_money(&p->text, m);
        return true;
    }
    if (treatment == KEEP_PATH) text = path_of(text);
    if (treatment != KEEP_ID && is_personal_value(text)) return false;
    if (text.n == 0 || !begin(p, name)) return false;
    write_scalar(&p->text, value, text);
    return true;
}

/* What of each product is kept. */
static void take_products(struct props *p, const json_t *list)
{
    size_t n = json_array_size(list);
    if (n == 0 || !begin(p, S("products"))) return;
    buf_byte(&p->text, '[');
    for (size_t i = 0; i < n && (i64)i < PRODUCTS_MAX; i++) {
        const json_t *product = json_array_get(list, i);
        struct props one = { .text = { .arena = p->text.arena }, .named = true };
        for (i64 k = 0; k < COUNT(of_product); k++) {
            const struct known *known = &of_product[k];
            const json_t *value = json_object_get(product, known->name);
            if (value) take_scalar(&one, str_of(known->name), value, known->treatment);
        }
        if (i) buf_byte(&p->text, ',');
        buf_add(&p->text, str_or(props_json(&one), S("{}")));
    }
    buf_byte(&p->text, ']');
}

static const struct known *known_find(str name)
{
    for (i64 i = 0; i < COUNT(table); i++)
        if (table[i].name[0] == name.at[0] && str_eq(name, str_of(table[i].name))) return &table[i];
    return NULL;
}

static void take_one(struct props *p, str told, const json_t *value)
{
    char room[NAME_MAX_ + 8];
    str name = snake(room, told);
    if (!name.n) return;
    const struct known *known = known_find(name);
    if (known && known->treatment == KEEP_PRODUCTS) {
        take_products(p, value);
        return;
    }
    if (known && known->treatment != KEEP_NOT) {
        take_scalar(p, known->as ? str_of(known->as) : name, value, known->treatment);
        return;
    }
    bool thing = p->named && str_eq(name, S("name"));
    if (known || name.at[0] == '$' || (!thing && is_personal_name(name))) return;
    take_scalar(p, name, value, KEEP_TEXT);
}

void props_take(struct props *p, const json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value) take_one(p, str_of(name), value);
}

void props_text(struct props *p, const char *name, str value)
{
    if (value.n == 0 || is_personal_value(value) || !begin(p, str_of(name))) return;
    json_write_str(&p->text, cut_text(value));
}

void props_id(struct props *p, const char *name, str value)
{
    if (value.n && begin(p, str_of(name))) json_write_str(&p->text, cut_text(value));
}

void props_number(struct props *p, const char *name, money value)
{
    if (!begin(p, str_of(name))) return;
    if (value % MONEY_UNIT == 0) buf_i64(&p->text, value / MONEY_UNIT);
    else write_money(&p->text, value);
}

void props_told(struct props *p, str name, str value)
{
    json_t *text = value.n ? json_stringn(value.at, (size_t)value.n) : NULL;
    if (text) take_one(p, name, text); /* no text: bytes that are not UTF-8 */
    json_decref(text);
}

bool props_may_have(str name)
{
    char room[NAME_MAX_ + 8];
    str plain = snake(room, name);
    const struct known *known = plain.n ? known_find(plain) : NULL;
    if (known) return known->treatment != KEEP_NOT && known->treatment != KEEP_PRODUCTS;
    return plain.n && plain.at[0] != '$' && !is_personal_name(plain);
}

void props_path(struct props *p, const char *name, str url) { props_text(p, name, path_of(url)); }

json props_json(const struct props *p)
{
    if (!p->n) return NO_STR;
    struct buf whole = p->text;
    buf_byte(&whole, '}');
    return buf_str(&whole);
}
