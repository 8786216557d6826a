/* cli_demo.c -- koi demo: fills an empty data folder with a believable shop. */
#include "cli/cli_demo.h"
#include "cli/cli.h"
#include "insight/lifetime.h"

#include "base/clock.h"
#include "demo/demo.h"

#include <stdio.h>
#include <unistd.h>

#define FIELDS_OF_demo_view(X, N)             \
    X(i64, members, ANY, "Members", N)        \
    X(i64, orders, ANY, "Orders", N)          \
    X(i64, lines, ANY, "Order lines", N)      \
    X(i64, views, ANY, "Things looked at", N) \
    X(i64, took_ms, ANY, "How long it took", N)
SHAPE(demo_view);
SHAPE_DEFINE(demo_view);

static const struct cli_option demo_options[] = {
    { "members", "N", "会员数，默认 20000", "how many members, 20000 by default" },
    { "seed", "N", "随机种子：种子相同，数据相同", "same seed, same data" },
    { "until", "DAY", "数据到哪一天为止，默认到此刻",
      "the last day of the data; up to this moment by default" },
    { 0 },
};

struct meter {
    const struct cli *cli;
    i64 from_us, shown_us;
};

/* One line on a terminal, written over; nothing where nobody watches. */
static void show_progress(void *arg, i64 done, i64 members)
{
    struct meter *m = arg;
    i64 now = clock_mono_us();
    if (m->cli->json || !isatty(2) || (now - m->shown_us < 200000 && done < members)) return;
    m->shown_us = now;
    f64 seconds = (f64)(now - m->from_us) / 1e6, left = seconds * (f64)(members - done) / (f64)done;
    fprintf(stderr,
            m->cli->c->locale == ZH ? "\r%3.0f%%  %lld 位会员，约剩 %.0f 秒   "
                                    : "\r%3.0f%%  %lld members, about %.0f s left   ",
            100.0 * (f64)done / (f64)members, (long long)done, left);
    if (done == members) fputc('\n', stderr);
}

static enum err read_until(struct cli *cli, instant *until)
{
    struct ctx *c = cli->c;
    day today = zone_day(c->zone, c->now), last = today;
    TRY(cli_day(cli, "until", &last));
    if (last > today)
        return cli_usage(cli, "--until 不能晚于今天", "--until may not lie after today");
    *until = last == today ? c->now : zone_midnight(c->zone, last + 1);
    return OK;
}

/* Who comes back, as every night finds it. A shop of a few members has none. */
static enum err fit(struct store *s, struct ctx *c)
{
    enum err e = lifetime_refit(s, c);
    return e == E_UNPROCESSABLE ? OK : e;
}

static enum err run_demo(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct meter meter = { .cli = cli, .from_us = clock_mono_us() };
    struct demo_options o = { .members = 20000, .progress = show_progress, .arg = &meter };
    struct demo_result made;
    i64 seed = 1;
    TRY(cli_i64(cli, "members", 1, DEMO_MEMBERS_MAX, &o.members));
    TRY(cli_i64(cli, "seed", INT64_MIN, INT64_MAX, &seed));
    o.seed = (u64)seed;
    TRY(cli_open(cli, CLI_MAKES));
    TRY(read_until(cli, &o.until));
    TRY(demo_make(cli->store, c, o, &made));
    TRY(demo_costs(cli->store, c, o.seed, o.until));
    TRY(demo_loyalty(cli->store, c, o.seed, o.until));
    TRY(demo_segments(cli->store, c, o.until));
    TRY(fit(cli->store, c));
    struct demo_view v = { made.members, made.orders, made.lines, made.views,
                           (clock_mono_us() - meter.from_us) / 1000 };
    if (!cli_answered(cli, &demo_view_shape, &v))
        cli_print(
            cli,
            c->locale == ZH
                ? "演示店铺已就绪：%lld 位会员，%lld 个订单（%lld 行），%lld 次浏览，用时 %.1f 秒\n"
                : "the demo shop is ready: %lld members, %lld orders (%lld lines),"
                  " %lld views, in %.1f s\n",
            (long long)v.members, (long long)v.orders, (long long)v.lines, (long long)v.views,
            (f64)v.took_ms / 1e3);
    return OK;
}

const struct verb demo_verbs[] = {
    { "demo", "", "写入一家演示店铺（两年的会员和订单）",
      "write a demo shop: two years of members and orders", demo_options, run_demo, 0, 0 },
    { 0 },
};
