/* import.h -- files of any back-end become orders and members, or behaviour: profiles, mapping,
 * reading, running.
 *
 * What rows become is the kind of the import, a row of a table (kind.h); reading files, mapping
 * columns, the book of imports, progress and rejects are the same for all kinds.
 *
 * Promises
 *   - constant_memory: a few batches of rows, whatever the file's size.
 *   - a_bad_row_stops_nothing: it goes to the rejects with row number, column, value and reason;
 * the rest goes in.
 *   - a_file_again_changes_nothing: orders are keyed by shop and number, rows without a number by
 * their place and content.
 *   - a_row_of_behaviour_counts_once: rows alike in all they say count as often as the file that
 * has most of them; a file again, or one that overlaps, adds nothing that is there.
 *   - rows_of_one_order_are_one_order: next to each other or far apart, in one file or two.
 *   - a_dry_run_writes_nothing: everything else happens, and the first orders as understood are
 * shown.
 *   - an_unknown_header_gets_a_guess: by the signature of a profile, by a column that only one
 * back-end has, else by common column names, for the operator to look at.
 *   - a_part_of_the_columns_is_the_same_shop: a file with few of a profile's columns is read as the
 * whole one is; what bears another name is found by its common names.
 *   - personal data of buyers is in neither log, reason nor summary.
 * Memory   plans and previews live in c->arena; a run has its own.
 * Threads  import_run reads on a thread of its own and writes on the caller's; cancel may be called
 * from any thread.
 */
#pragma once

#include "member/member.h"
#include "sheet/sheet.h"
#include "track/track.h"
#include "trade/trade.h"

/* -- target fields: fields.c ------------------------------------------------------------ */

enum import_field {
    F_ORDER_ID,
    F_LINE_ID,
    F_MEMBER,
    F_MEMBER_KIND,
    F_PHONE,
    F_EMAIL,
    F_EXTERNAL_USERID,
    F_NAME,
    F_CREATED_AT,
    F_PAID_AT,
    F_COMPLETED_AT,
    F_CANCELLED_AT,
    F_STATUS,
    F_AFTERSALE,
    F_TOTAL,
    F_PAID,
    F_REFUND,
    F_POSTAGE,
    F_CURRENCY,
    F_PROMO_CODE,
    F_PRODUCT_ID,
    F_PRODUCT,
    F_VARIANT,
    F_CATEGORY,
    F_QUANTITY,
    F_PRICE,
    F_AMOUNT,
    F_LINE_REFUND,
    F_DISCOUNT,
    F_PROVINCE,
    F_CITY,
    F_COUNTRY,
    F_ADDRESS,
    F_TOUCHPOINT,
    F_SHOP,
    F_EVENT,
    F_AT,
    F_VALUE,
    IMPORT_FIELDS,
};
/* What the rows of a file become. */
enum import_kind { IMPORT_ORDERS, IMPORT_EVENTS, IMPORT_KINDS };
enum import_type { IMPORT_TEXT, IMPORT_ID, IMPORT_MONEY, IMPORT_COUNT, IMPORT_INSTANT };
enum { FOR_ORDERS = 1 << IMPORT_ORDERS, FOR_EVENTS = 1 << IMPORT_EVENTS };
struct import_field_row {
    const char *name;
    enum import_type type;
    bool personal;
    const char *zh, *en; /* what it is called */
    const char *common;  /* column names that usually mean it, by '|', most telling first */
    unsigned kinds;      /* of imports it is a target of; 0: orders alone */
};
extern const struct import_field_row import_fields[IMPORT_FIELDS];
int import_field_find(enum import_kind kind, str name); /* -1: no such field */
bool import_field_of(enum import_kind kind, int field);

/* -- profiles: profiles.c --------------------------------------------------------------- */

struct import_column {
    enum import_field field;
    const char
        *names; /* by '|'; the first that the file has, then the next where its cell is empty */
};
enum import_quirk {
    ROWS_ADD_UP = 1 << 0,     /* total, paid, refund and postage are of the row, not of the order */
    NET_OF_REFUND = 1 << 1,   /* paid already excludes the refund */
    PRODUCT_LIST = 1 << 2,    /* "2× Name, 1× Name" in the product cell */
    LINE_BY_PRODUCT = 1 << 3, /* a line is known by product and variant, not by its place */
    JOINS_ORDERS = 1 << 4,    /* item report: belongs to orders of any shop that has the number */
};
struct import_profile {
    const char *name, *family; /* "--as taobao" takes the best of its family */
    const char *zh, *en;
    const char *shop, *currency;
    enum identity_kind identity; /* what the member column is */
    const char *signature[6];    /* columns that must all be there to guess it; '|': any of these */
    const char *telling; /* columns that no other back-end has, by '|': one is enough, when no
                            signature fits */
    unsigned quirks;
    const struct import_column *columns; /* ends with names NULL */
    enum import_kind kind;
};
extern const struct import_profile import_profiles[];       /* ends with name NULL */
const struct import_profile *import_profile_find(str name); /* by name; NULL: there is none */

enum import_word_state { WORD_UNKNOWN = -1 };
/* The state a source's status word means (enum order_state), or WORD_UNKNOWN. */
int import_status_state(struct arena *a, str word);

/* -- what an operator chooses ------------------------------------------------------------------ */

#define FIELDS_OF_import_pair(X, N)                    \
    X(str, field, REQUIRED | SHORT, "Target field", N) \
    X(str, column, REQUIRED, "Column of the file", N)
SHAPE(import_pair);

#define FIELDS_OF_import_word(X, N)            \
    X(str, word, SHORT, "Word of the file", N) \
    X(str, event, REQUIRED | SHORT, "Name of the event", N)
SHAPE(import_word);

#define FIELDS_OF_import_options(X, N)                                                             \
    X(str, shop, SHORT, "Shop of all rows; absent: the file's column, else the profile's", N)      \
    X(str, identity, SHORT, "What the member column is; absent: the profile's, else shop_account", \
      N)                                                                                           \
    X(str, order_id, SHORT, "\"row\": the file has no order number, each row is an order", N)      \
    X(strs, paid_status, ANY, "Status words that count as paid", N)                                \
    X(opt_flag, net_of_refund, ANY, "The paid amount already excludes refunds", N)                 \
    X(flag, drop_duplicates, ANY, "Rows of an order that are alike in every cell count once", N)   \
    X(strs, columns, ANY, "Names of the columns, for a file without a header", N)                  \
    X(list(import_word), events, ANY, "Behaviour: what the file's words for events mean", N)
SHAPE(import_options);

struct import_choice {
    str profile;                     /* name, family or absent: guess */
    struct import_pair_list mapping; /* before the profile's columns for the same fields */
    bool mapping_whole; /* instead of all columns of the profile: its shop, words and quirks stay */
    struct import_options options;
};

/* -- plan: plan.c ----------------------------------------------------------------------- */

#define COLUMNS_OF_FIELD 4
struct import_plan {
    enum import_kind kind;
    strs columns;                            /* of the file */
    const struct import_profile *profile;    /* NULL: mapping alone */
    int score;                               /* of the guess, 0 to 100; 100 when it was named */
    int at[IMPORT_FIELDS][COLUMNS_OF_FIELD]; /* columns of each field, -1 ends */
    str shop, currency;
    bool shop_given; /* by the operator: the file's shop column does not count */
    enum identity_kind identity;
    unsigned quirks;
    bool by_row, drop_duplicates, has_lines, serial_dates;
    bool counts_as_paid; /* no sign of payment in the file: what has an amount was paid */
    strs paid_status;
    struct import_word_list events; /* words folded, events as the timeline has them */
    struct {
        struct import_prop {
            str name;
            int column;
        } * at;
        i64 n;
    } props; /* columns of behaviour kept under names of their own: prop:NAME */
};
/* E_INVALID names the field or column that is not there, or asks for the order number. */
enum err import_plan_make(struct ctx *c, strs columns, bool serial_dates,
                          const struct import_choice *choice, struct import_plan *out);
/* The mapping in force, for people: one pair a column. */
struct import_pair_list import_plan_mapping(struct arena *a, const struct import_plan *p);
/* Guess alone: the best profile, its score 0 to 100; NULL when no signature fits and no column
 * tells. */
const struct import_profile *import_guess(struct arena *a, strs columns, str family, int *score);
static inline bool import_maps(const struct import_plan *p, enum import_field f)
{
    return p->at[f][0] >= 0;
}

/* -- reading: read.c -------------------------------------------------------------------- */

#define FIELDS_OF_import_problem(X, N)                      \
    X(i64, row, ANY, "Row of the file; the header is 1", N) \
    X(str, column, ANY, "Column", N)                        \
    X(str, value, PERSONAL, "What stands there", N)         \
    X(str, reason, ANY, "Why the row is refused", N)
SHAPE(import_problem);

struct import_person {
    struct identity *identities;
    i64 n;
    bool strong;
    str name, touchpoint;
    instant at;
    i64 member; /* filled while writing */
};
/* Beside each order_fact of a batch. */
struct import_order {
    i64 person; /* in the batch; -1: the file names nobody */
    ints rows;
    money paid, refund; /* as trade derives them from this fact */
    enum order_state state;
    bool by_lines; /* paid follows from the lines, so a later part of the order adds to it */
    /* while rows are taken in */
    int status_state; /* of the first row that says; WORD_UNKNOWN */
    bool refunded, cancelled;
    i64 alive, dead; /* rows by their own status (ROWS_ADD_UP) */
    int alive_state;
    money dead_amount;
    struct {
        u64 *at;
        i64 n;
    } seen_rows; /* hashes, for drop_duplicates */
};
struct import_batch {
    struct arena *arena;
    struct order_fact_list facts;
    struct {
        struct import_order *at;
        i64 n;
    } orders; /* of the same length */
    struct {
        struct import_person *at;
        i64 n;
    } persons;
    /* behaviour: what each row tells, and its hash */
    struct behaviours told;
    struct import_told {
        u64 hash;
        i64 person;
    } * rows_told;
    struct import_problem_list problems; /* one for each refused row */
    i64 rows, duplicates;
    f64 progress; /* of the file, after this batch */
};

struct import_reader;
enum err import_reader_open(struct ctx *c, struct sheet *s, const struct import_plan *p,
                            struct import_reader **out);
/* b->arena is another than c's. Takes rows until about max_rows or max_orders (of orders) have
 * come and the order is over; *more false at the end. What came before an error is in the batch. */
enum err import_read(struct ctx *c, struct import_reader *r, i64 max_rows, i64 max_orders,
                     struct import_batch *b, bool *more);

/* -- running: run.c --------------------------------------------------------------------- */

/* One row of behaviour as understood, for showing. */
#define FIELDS_OF_import_shown(X, N)                     \
    X(instant, at, ANY, "When it happened", N)           \
    X(str, event, ANY, "Event", N)                       \
    X(str, member_kind, ANY, "What names the member", N) \
    X(str, member, PERSONAL, "The member", N)            \
    X(str, subject, ANY, "What it happened to", N)       \
    X(opt_money, value, ANY, "Money of it", N)           \
    X(json, props, ANY, "Properties", N)
SHAPE(import_shown);

#define FIELDS_OF_import_summary(X, N)                                          \
    X(i64, rows, ANY, "Rows read", N)                                           \
    X(i64, accepted, ANY, "Rows that went in", N)                               \
    X(i64, rejected, ANY, "Rows refused", N)                                    \
    X(i64, orders, ANY, "Different orders in the file", N)                      \
    X(i64, members, ANY, "Different members in the file", N)                    \
    X(money, paid, ANY, "Amount paid, as the source states it", N)              \
    X(money, refund, ANY, "Refunded", N)                                        \
    X(i64, created, ANY, "Orders that were new", N)                             \
    X(i64, changed, ANY, "Orders that were known and have changed", N)          \
    X(i64, same, ANY, "Orders that were known just so", N)                      \
    X(i64, duplicates, ANY, "Rows left out because they repeat another", N)     \
    X(i64, without_member, ANY, "Orders without a known buyer", N)              \
    X(i64, events, ANY, "Behaviour: rows that became lines of the timeline", N) \
    X(i64, known, ANY, "Behaviour: rows that were there already", N)            \
    X(i64, created_members, ANY, "Members that were new", N)                    \
    X(i64, took_ms, ANY, "How long it took", N)                                 \
    X(strs, notes, ANY, "What the operator should know", N)
SHAPE(import_summary);

struct import_progress {
    i64 rows, accepted, rejected;
    f64 fraction;            /* of the file */
    i64 elapsed_ms, left_ms; /* left: -1 not known yet */
    f64 rows_per_second;
};

struct import_run {
    str file;
    struct import_choice choice;
    bool dry_run;
    str rejects;                 /* write refused rows to this csv; absent: nowhere */
    i64 facts_max, problems_max; /* how many to keep for showing */
    void (*progress)(void *arg,
                     const struct import_progress *p); /* a few times a second; may be NULL */
    void *arg;
    _Atomic bool *cancel; /* set by others to stop after the batch in work; may be NULL */
    /* results, in c->arena */
    struct import_plan plan;
    struct import_summary summary;
    struct import_shown_list events; /* the first */
    struct order_fact_list facts;    /* the first */
    struct identity_list identities; /* first identity of each; value masked unless PERSONAL_READ */
    struct import_problem_list problems;
    str format;
    bool cancelled;
};
/* On error the rows before the place have gone in; summary tells how many. */
enum err import_run(struct store *s, struct ctx *c, struct import_run *run);

/* -- doors: import_api.c ----------------------------------------------------------------------- */

extern const struct room import_room;
/* Runs that an earlier process left behind are interrupted, at once instead of after their silence:
 * for who has the store to himself, before the first start. */
enum err imports_left_behind(struct store *s, struct ctx *c);
/* Cancels and waits for the runs of this process; before the store is closed. */
void imports_stop(void);
