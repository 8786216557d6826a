/* deliver.h -- inside report: a report that was made goes to whoever listens to report.made. */
#pragma once

#include "channel/delivery.h"
#include "insight/report/inside.h"

extern const struct topic report_topics[];

/* What goes along by mail: made before the change, that no file is written inside one. */
struct parcel {
    struct delivery_file files[2];
    i64 n;
};
/* None, when no mail endpoint is there to get them. of: by locale. */
enum err parcel_make(struct ctx *c, const struct report of[2], struct parcel *out);
enum err report_deliver(struct tx *t, i64 id, const struct report of[2],
                        const struct parcel *parcel);
