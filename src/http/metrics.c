/* metrics.c -- counters and latencies of every route, as Prometheus text. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/inside.h"

static const i64 bounds_us[LATENCY_BUCKETS] = { 100,   250,   500,    1000,   2500,    5000,
                                                10000, 50000, 100000, 500000, 1000000, 10000000 };
static const char *const bounds_text[LATENCY_BUCKETS] = { "0.0001", "0.00025", "0.0005", "0.001",
                                                          "0.0025", "0.005",   "0.01",   "0.05",
                                                          "0.1",    "0.5",     "1",      "10" };

void metrics_count(struct entry *e, int status, i64 us)
{
    struct route_metrics *m = &e->metrics;
    int hundreds = status / 100;
    if (hundreds < 0 || hundreds > 5) hundreds = 5;
    int i = 0;
    while (i < LATENCY_BUCKETS && us > bounds_us[i]) i++;
    atomic_fetch_add_explicit(&m->status[hundreds], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->bucket[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&m->us_total, (u64)us, memory_order_relaxed);
}

void metrics_add(struct http *h, metrics_fn *fn, void *arg)
{
    pthread_mutex_lock(&h->lock);
    if (h->extras_n < COUNT(h->extras))
        h->extras[h->extras_n++] = (struct metrics_extra){ fn, arg };
    pthread_mutex_unlock(&h->lock);
}

static void write_requests(struct buf *out, const struct router *r)
{
    buf_add(out,
            S("# HELP koi_http_requests_total Requests answered, by route and kind of status.\n"
              "# TYPE koi_http_requests_total counter\n"));
    for (i64 i = 0; i < router_count(r); i++) {
        struct entry *e = router_at(r, i);
        for (int s = 1; s < 6; s++) {
            u64 n = atomic_load(&e->metrics.status[s]);
            if (!n) continue;
            buf_fmt(out,
                    "koi_http_requests_total{method=\"%s\",route=\"%s\",status=\"%dxx\"} %llu\n",
                    method_name(e->route->method), e->route->path, s, (unsigned long long)n);
        }
    }
}

static void write_latencies(struct buf *out, const struct router *r)
{
    buf_add(out, S("# HELP koi_http_request_seconds From the request line to the last byte.\n"
                   "# TYPE koi_http_request_seconds histogram\n"));
    for (i64 i = 0; i < router_count(r); i++) {
        struct entry *e = router_at(r, i);
        char labels[256];
        snprintf(labels, sizeof labels, "method=\"%s\",route=\"%s\"", method_name(e->route->method),
                 e->route->path);
        u64 sum = 0, total = 0;
        for (int b = 0; b <= LATENCY_BUCKETS; b++) total += atomic_load(&e->metrics.bucket[b]);
        if (!total) continue;
        for (int b = 0; b < LATENCY_BUCKETS; b++) {
            sum += atomic_load(&e->metrics.bucket[b]);
            buf_fmt(out, "koi_http_request_seconds_bucket{%s,le=\"%s\"} %llu\n", labels,
                    bounds_text[b], (unsigned long long)sum);
        }
        buf_fmt(out, "koi_http_request_seconds_bucket{%s,le=\"+Inf\"} %llu\n", labels,
                (unsigned long long)total);
        u64 us = atomic_load(&e->metrics.us_total);
        buf_fmt(out, "koi_http_request_seconds_sum{%s} %llu.%06llu\n", labels,
                (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000));
        buf_fmt(out, "koi_http_request_seconds_count{%s} %llu\n", labels,
                (unsigned long long)total);
    }
}

static i64 resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long long all = 0, resident = 0;
    if (!f) return 0;
    int n = fscanf(f, "%lld %lld", &all, &resident);
    fclose(f);
    return n == 2 ? resident * sysconf(_SC_PAGESIZE) : 0;
}

void metrics_write(struct buf *out, struct http *h)
{
    write_requests(out, h->router);
    write_latencies(out, h->router);
    const struct {
        const char *name, *kind;
        i64 value;
    } rows[] = {
        { "koi_http_in_flight", "gauge", atomic_load(&h->in_flight) },
        { "koi_http_connections", "gauge", atomic_load(&h->connections) },
        { "koi_http_waiting_reads", "gauge", workers_waiting(h->readers) },
        { "koi_http_waiting_changes", "gauge", workers_waiting(h->writers) },
        { "koi_http_rate_limited_total", "counter", atomic_load(&h->refused_rate) },
        { "koi_http_timeouts_total", "counter", atomic_load(&h->timeouts) },
        { "koi_uptime_seconds", "gauge", (clock_mono_us() - h->started_us) / 1000000 },
        { "process_resident_memory_bytes", "gauge", resident_bytes() },
    };
    for (i64 i = 0; i < COUNT(rows); i++)
        buf_fmt(out, "# TYPE %s %s\n%s %lld\n", rows[i].name, rows[i].kind, rows[i].name,
                (long long)rows[i].value);
    struct metrics_extra extras[COUNT(h->extras)];
    pthread_mutex_lock(&h->lock);
    int n = h->extras_n;
    memcpy(extras, h->extras, sizeof extras);
    pthread_mutex_unlock(&h->lock);
    for (int i = 0; i < n; i++) extras[i].fn(out, extras[i].arg);
}
