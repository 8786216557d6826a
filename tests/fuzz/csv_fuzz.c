/* csv_fuzz.c -- any bytes as a csv or gzip file: rows or a refusal, never a crash, always as many
 * cells as columns. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) { return fuzz_sheet(data, n); }
