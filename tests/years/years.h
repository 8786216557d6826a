/* years.h -- a seeded shop that lives through years in seconds, and checkers that look at it every
 * day.
 *
 * What people do is a table of actors (actors[] in years_test.c): a name, how often, what it does,
 * what must hold. Each act is a change of its own part (tx_try) at its own instant, through the
 * rooms' own functions; the world beside it remembers in plain arrays what was done, and the
 * checkers work everything out again from those, not from the code under test.
 *
 * A new room adds a file act_<room>.c, its functions below and its rows in the table.
 */
#pragma once

#include "loyalty/join.h"
#include "member/member.h"
#include "store/setting.h"
#include "trade/trade.h"

#include "test.h"

enum { SHOPS = 3, LINES = 3, DAYS_MAX = 1200, RING = 512 };

/* An order, as it was told. Whose it is: living(who), and who alone again when they are parted. */
struct sale {
    int who; /* -1: not known yet */
    int shop, lines;
    i64 number, id;
    instant at;                   /* paid; unpaid: placed */
    bool paid, cancelled, told;   /* told: its refunds come from the source, not through Koi */
    bool extra;                   /* a campaign's rule may have added to its points */
    money money, postage, refund; /* paid, all refunds */
    money amount[LINES], of_line[LINES];
    i64 multiplier; /* of the tier before it, when its buyer was first known; 0: earns nothing */
    int kin;        /* the next one of the same who, -1: the last */
};

struct post { /* a tier given by hand */
    int who;
    instant at, until; /* until 0: open */
    i64 rank;
};

struct person {
    i64 id, merge;
    int into;    /* -1, or whose he is */
    bool met;    /* was or is one of two: some checkers look at the others only */
    bool parted; /* was one of two */
    bool erased, habit;
    instant joined, first_joined; /* joined 0: he takes no part */
    int sales;                    /* first of his list, -1: none */
    i64 posts;                    /* how many appointments he has had */
    u8 days[DAYS_MAX];            /* 1: checked in, 2: made up */
};

struct spend { /* of points or of credit, by key; what can be undone later */
    int who;
    i64 key;
    money amount, back;
    bool held;
};

struct world {
    struct dice d;
    u64 seed;
    i64 keys; /* numbers for ids */
    struct person *people;
    int people_n, people_max;
    struct sale *sales;
    i64 sales_n, sales_max;
    struct post *posts;
    i64 posts_n, posts_max;
    struct spend spent[RING], credit[RING], topped[RING], terms[RING], used[RING];
    i64 spent_n, credit_n, topped_n, terms_n, used_n;
    struct spend *proofs;
    i64 proofs_n;
    char codes[40][32];
    i64 codes_uses[40], codes_n, codes_task;
    int *code_users; /* who, by code x 64 */
    i64 teams[64], teams_n, campaign, exchanges[RING], exchanges_n;
    i64 raised[8]; /* put into each budget */
    instant open;  /* the programme */
    day first, today;
    i64 acts, refused, checks;
    char fault[600]; /* the first thing that was wrong */
};
extern struct world w;

/* One row: what happens so many times a day for every 10,000 members. `act` is inside store_write,
 * t->c->now its instant. An error is a fault, unless it is E_UNPROCESSABLE or E_CONFLICT: an act
 * that knows better looks itself. */
struct actor {
    const char *name;
    i64 often;
    enum err (*act)(struct tx *t);
    void (*check)(struct ctx *c, bool month_end); /* each day; may be NULL */
};

/* -- world.c ----------------------------------------------------------------------------------- */

__attribute__((format(printf, 1, 2))) void wrong(const char *words, ...);
#define EXPECT(CONDITION, ...)                \
    do {                                      \
        w.checks++;                           \
        if (!(CONDITION)) wrong(__VA_ARGS__); \
    } while (0)
i64 below(i64 n);
bool one_in(i64 n);
int living(int who);
i64 id_of(int who);    /* the living id */
int anybody(void);     /* a living, not erased place; -1: none */
int participant(void); /* who takes part */
str key_of(struct ctx *c, const char *what, i64 n);
day day_at(struct ctx *c);
enum err world_open(struct store *s, struct ctx *c); /* programme, rules, budgets, tasks, packs */

/* -- naive.c: what the words of the docs say, without thinking of speed ------------------------ */

i64 naive_rank(struct ctx *c, int who, instant now, bool before);
i64 naive_multiplier(i64 rank);
/* What an order comes to in points, all refunds taken off. */
i64 naive_points(const struct sale *s);
i64 naive_streak(int who, day today);

/* -- actors ------------------------------------------------------------------------------------ */

enum err act_meet(struct tx *t), act_join(struct tx *t), act_leave(struct tx *t);
enum err act_merge(struct tx *t), act_part(struct tx *t), act_erase(struct tx *t);
enum err act_birthday(struct tx *t), act_appoint(struct tx *t), act_dismiss(struct tx *t);
enum err act_order(struct tx *t), act_unpaid(struct tx *t), act_claim(struct tx *t);
enum err act_refund(struct tx *t), act_restate(struct tx *t), act_again(struct tx *t);
enum err act_spend(struct tx *t), act_unspend(struct tx *t), act_hold(struct tx *t);
enum err act_end_hold(struct tx *t), act_grant(struct tx *t);
enum err act_topup(struct tx *t), act_credit(struct tx *t), act_credit_back(struct tx *t);
enum err act_topup_back(struct tx *t), act_member_plan(struct tx *t), act_plan_back(struct tx *t);
enum err act_use(struct tx *t), act_use_back(struct tx *t), act_review(struct tx *t);
enum err act_budget(struct tx *t);
enum err act_check_in(struct tx *t), act_make_up(struct tx *t), act_code(struct tx *t);
enum err act_proof(struct tx *t), act_decide(struct tx *t), act_share(struct tx *t);
enum err act_team(struct tx *t), act_team_leave(struct tx *t);
enum err act_exchange(struct tx *t), act_parcel(struct tx *t), act_grab(struct tx *t);
enum err act_koc(struct tx *t), act_touch(struct tx *t), act_koc_state(struct tx *t);
enum err koc_opens(struct tx *t), koc_month_begins(struct store *s, struct ctx *c);
enum err mall_opens(struct tx *t), grab_opens(struct tx *t);
/* By the calendar: boards, campaigns of teams and codes of a new quarter. */
enum err quarter_begins(struct store *s, struct ctx *c);

/* -- checks.c ---------------------------------------------------------------------------------- */

void check_books(struct ctx *c, bool month_end), check_points(struct ctx *c, bool month_end);
void check_tiers(struct ctx *c, bool month_end), check_rewards(struct ctx *c, bool month_end);
void check_budgets(struct ctx *c, bool month_end), check_credit(struct ctx *c, bool month_end);
void check_membership(struct ctx *c, bool month_end), check_streaks(struct ctx *c, bool month_end);
void check_caps(struct ctx *c, bool month_end), check_boards(struct ctx *c, bool month_end);
void check_doctor(struct ctx *c, bool month_end), check_mall(struct ctx *c, bool month_end);
void check_koc(struct ctx *c, bool month_end);
/* What is read of some members before the jobs of a day must be read after them. */
void time_noted(struct ctx *c), time_compared(struct ctx *c);
