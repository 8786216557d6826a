/* track_api.c -- the room's face: its table, its job, and the doors that other makers' programs
 * knock at. */
#include "base/log.h"
#include "base/room.h"
#include "http/request.h"
#include "http/route.h"
#include "job/job.h"
#include "track/track.h"

#include <sodium.h>

/* -- what they send: described here, read in segment.c and sensors.c --------------------------- */

#define SEGMENT_FIELDS(X, N)                                                       \
    X(str, userId, ANY, "The shop's own id of the person; this or anonymousId", N) \
    X(str, anonymousId, ANY, "Id of a device or browser", N)                       \
    X(str, messageId, ANY, "Known for 48 h: the same again is counted once", N)    \
    X(str, timestamp, ANY, "When it happened, by the client's clock", N)           \
    X(str, sentAt, ANY, "When it was sent, by the same clock", N)                  \
    X(json, context, ANY, "Library, app, campaign, page, traits", N)               \
    X(str, writeKey, ANY, "An API key with track:write, when it does not come by Authorization", N)
#define FIELDS_OF_segment_track(X, N)                                                \
    X(str, event, REQUIRED, "Name of the event; e-commerce names have a meaning", N) \
    X(json, properties, ANY, "More about it", N) SEGMENT_FIELDS(X, N)
#define FIELDS_OF_segment_view(X, N)                   \
    X(str, name, ANY, "Name of the page or screen", N) \
    X(json, properties, ANY, "More about it", N) SEGMENT_FIELDS(X, N)
#define FIELDS_OF_segment_identify(X, N) \
    X(json, traits, ANY, "Who he is: name, phone, email, gender, city …", N) SEGMENT_FIELDS(X, N)
#define FIELDS_OF_segment_group(X, N)                  \
    X(str, groupId, REQUIRED, "What he belongs to", N) \
    X(json, traits, ANY, "More about the group", N) SEGMENT_FIELDS(X, N)
#define FIELDS_OF_segment_alias(X, N) \
    X(str, previousId, REQUIRED, "The id before", N) SEGMENT_FIELDS(X, N)
#define FIELDS_OF_segment_batch(X, N)                                                        \
    X(json, batch, REQUIRED, "At most 2,500 messages, each with its type; 500 KB in all", N) \
    X(str, sentAt, ANY, "When the batch was sent, by the client's clock", N)                 \
    X(json, context, ANY, "For messages that have none of their own", N)                     \
    X(str, writeKey, ANY, "An API key with track:write, when it does not come by Authorization", N)
SHAPE(segment_track);
SHAPE(segment_view);
SHAPE(segment_identify);
SHAPE(segment_group);
SHAPE(segment_alias);
SHAPE(segment_batch);
SHAPE_DEFINE(segment_track);
SHAPE_DEFINE(segment_view);
SHAPE_DEFINE(segment_identify);
SHAPE_DEFINE(segment_group);
SHAPE_DEFINE(segment_alias);
SHAPE_DEFINE(segment_batch);

#define FIELDS_OF_track_done(X, N) X(flag, success, ANY, "It is on disk", N)
SHAPE(track_done);
SHAPE_DEFINE(track_done);

#define FIELDS_OF_sensors_form(X, N)                                             \
    X(str, data, ANY, "One message: JSON, perhaps gzip, base64", N)              \
    X(str, data_list, ANY, "A list of messages, the same way; at most 2,500", N) \
    X(i64, gzip, ANY, "1: it is gzip (it is looked at anyway)", N)               \
    X(str, crc, ANY, "Checksum of data; checked when given", N)                  \
    X(str, ext, ANY, "The same as crc=NUMBER", N)                                \
    X(str, project, ANY, "Ignored: a shop is one project", N)                    \
    X(str, token, ANY, "An API key with track:write", N)
SHAPE(sensors_form);
SHAPE_DEFINE(sensors_form);

/* -- who ----------------------------------------------------------------------------------------
 */

/* Bearer KEY, or Basic with the key as the user name; some clients leave out the colon. */
static str key_of_header(struct ctx *c)
{
    str told = str_trim(request_header(request_of(c), "Authorization"));
    if (told.n > 7 && str_eq_nocase(str_sub(told, 0, 7), S("Bearer ")))
        return str_trim(str_sub(told, 7, told.n));
    if (told.n <= 6 || !str_eq_nocase(str_sub(told, 0, 6), S("Basic "))) return NO_STR;
    str packed = str_trim(str_sub(told, 6, told.n)), key;
    size_t n;
    char *text = arena_alloc(c->arena, 1, packed.n + 1);
    while (packed.n && packed.at[packed.n - 1] == '=') packed.n--;
    if (sodium_base642bin((u8 *)text, (size_t)packed.n, packed.at, (size_t)packed.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
        return NO_STR;
    str_cut((str){ text, (i64)n }, ':', &key);
    return key;
}

static enum err sign_in(struct ctx *c, str key)
{
    if (!key.n)
        return fail(c, E_UNAUTHENTICATED, "请带上有 track:write 权限的 API 密钥",
                    "please bring an API key with the right track:write");
    TRY(key_use(c, key));
    if (may(c, TRACK_WRITE)) return OK;
    return fail(c, E_FORBIDDEN, "密钥缺少权限：track:write", "the key lacks the right track:write");
}

/* -- keeping ---------------------------------------------------------------------------------- */

static enum err keep(struct ctx *c, const struct behaviours *told)
{
    struct track_kept kept;
    TRY(track_keep(c->store, c, told, &kept));
    if (told->refused)
        LOG(WARN, "track.refused", KV("by", c->actor), KV("messages", told->refused),
            KV("of", told->n + told->refused), KV("first_at", c->why.field));
    return OK;
}

static enum err take_segment(struct ctx *c, const char *type, struct track_done *out)
{
    struct behaviours told;
    str body, inside, key = key_of_header(c);
    if (key.n) TRY(sign_in(c, key));
    TRY(request_body(request_of(c), TRACK_BATCH_MAX, &body));
    TRY(segment_read(c, type, body, &told, &inside));
    if (!key.n) TRY(sign_in(c, inside));
    TRY(keep(c, &told));
    out->success = true;
    return OK;
}

HANDLER(segment_track_post, segment_track, track_done) { return take_segment(c, "track", out); }
HANDLER(segment_page_post, segment_view, track_done) { return take_segment(c, "page", out); }
HANDLER(segment_screen_post, segment_view, track_done) { return take_segment(c, "screen", out); }
HANDLER(segment_identify_post, segment_identify, track_done)
{
    return take_segment(c, "identify", out);
}
HANDLER(segment_group_post, segment_group, track_done) { return take_segment(c, "group", out); }
HANDLER(segment_alias_post, segment_alias, track_done) { return take_segment(c, "alias", out); }
HANDLER(segment_batch_post, segment_batch, track_done) { return take_segment(c, NULL, out); }

/* -- Sensors ---------------------------------------------------------------------------------- */

#define SENSORS_BODY_MAX ((i64)2 * 1024 * 1024)

static str token_of(str query)
{
    for (str rest = query; rest.n > 0;) {
        str pair, name;
        rest = str_cut(rest, '&', &pair);
        str value = str_cut(pair, '=', &name);
        if (str_eq(name, S("token"))) return value;
    }
    return NO_STR;
}

/* dry: looks at everything, keeps nothing. */
static enum err take_sensors(struct ctx *c, bool dry)
{
    struct request *r = request_of(c);
    struct behaviours told;
    str body, token, key = str_or(key_of_header(c), token_of(request_query(r)));
    if (key.n) TRY(sign_in(c, key)); /* before anything is unpacked for him */
    TRY(request_body(r, SENSORS_BODY_MAX, &body));
    enum err e = sensors_read(c, request_query(r), body, &told, &token);
    if (!key.n && (e == OK || token.n)) TRY(sign_in(c, token));
    TRY(e);
    if (dry && told.refused)
        return fail(c, E_INVALID, "有 %lld 个事件不可用", "%lld events cannot be used",
                    (long long)told.refused);
    return dry ? OK : keep(c, &told);
}

/* The smallest picture there is: pages without scripts ask for one. */
static const char pixel[] =
    "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377!\371\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1D\0;";

HANDLER(sensors_get, sensors_form, nothing)
{
    TRY(take_sensors(c, false));
    return reply_text(request_of(c), 200, S("image/gif"), (str){ pixel, sizeof pixel - 1 });
}

HANDLER(sensors_post, sensors_form, nothing)
{
    TRY(take_sensors(c, false));
    return reply_text(request_of(c), 200, S("text/plain; charset=utf-8"), S(""));
}

HANDLER(sensors_debug, sensors_form, nothing)
{
    TRY(take_sensors(c, str_eq_nocase(request_header(request_of(c), "Dry-Run"), S("true"))));
    return reply_text(request_of(c), 200, S("text/plain; charset=utf-8"), S("ok\n"));
}

/* -- the room --------------------------------------------------------------------------------- */

#define TRACK "Track"
#define SEGMENT(PATH, NAME, ZH, EN) \
    ROUTE(POST, PATH, TRACK_WRITE, NAME, TRACK, ZH, EN, .flags = RAW)
#define SENSORS(METHOD, PATH, NAME, ZH, EN)                                      \
    ROUTE(METHOD, PATH, TRACK_WRITE, NAME, TRACK, ZH, EN, .flags = RAW | STREAM, \
          .body_max = SENSORS_BODY_MAX, .takes = "application/x-www-form-urlencoded")

static const struct route routes[] = {
    SEGMENT("/v1/identify", segment_identify_post, "Segment：他是谁", "Segment: who somebody is"),
    SEGMENT("/v1/track", segment_track_post, "Segment：他做了什么", "Segment: what somebody did"),
    SEGMENT("/v1/page", segment_page_post, "Segment：看了哪一页", "Segment: which page was seen"),
    SEGMENT("/v1/screen", segment_screen_post, "Segment：看了哪一屏",
            "Segment: which screen was seen"),
    SEGMENT("/v1/group", segment_group_post, "Segment：他属于哪里",
            "Segment: what somebody belongs to"),
    SEGMENT("/v1/alias", segment_alias_post, "Segment：两个编号是同一人",
            "Segment: two ids are one person"),
    SEGMENT("/v1/batch", segment_batch_post, "Segment：一批", "Segment: many of them"),
    SENSORS(GET, "/sa", sensors_get, "神策：一个事件", "Sensors Analytics: one message"),
    SENSORS(POST, "/sa", sensors_post, "神策：一批事件", "Sensors Analytics: messages"),
    SENSORS(GET, "/sa.gif", sensors_get, "神策：图片方式", "Sensors Analytics: as a picture"),
    SENSORS(POST, "/sa.gif", sensors_post, "神策：图片地址的提交",
            "Sensors Analytics: to the picture's address"),
    SENSORS(GET, "/debug", sensors_debug, "神策：调试", "Sensors Analytics: debugging"),
    SENSORS(POST, "/debug", sensors_debug, "神策：调试（Dry-Run: true 只检查）",
            "Sensors Analytics: debugging (Dry-Run: true only checks)"),
    { 0 },
};

static const struct job_row jobs[] = {
    { "track.forget", HOUR_MS, 0, track_forget, "忘掉 48 小时前的消息编号",
      "Forget ids of messages older than 48 hours" },
    { 0 },
};

extern const struct migration track_migrations[]; /* keep.c */

const struct room track_room = {
    .name = "track",
    .migrations = track_migrations,
    .routes = routes,
    .jobs = jobs,
};
