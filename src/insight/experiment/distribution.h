/* distribution.h -- the distributions that tests of experiments need: normal, Student's t,
 * chi-square. Pure arithmetic: no memory, no errors.
 *
 * Promises
 *   - distributions_are_as_published: the tables of the literature, to all digits they print.
 *   - tails_agree_with_integrals: relative error below 1e-9 where a tail is above 1e-250, for 1 <=
 *     df <= 1e9.
 *   - quantiles_invert: to 1e-9 relative.
 * Sources  Normal: erfc of the C library. t: incomplete beta function by its continued fraction
 * (DLMF 8.17.22). Chi-square: incomplete gamma function by its series and its continued fraction
 * (DLMF 8.11.4, 8.9.2).
 */
#pragma once

#include "base/types.h"

f64 normal_below(f64 z);                       /* P(Z <= z) */
f64 normal_above(f64 z);                       /* P(Z > z), exact far out too */
f64 normal_quantile_above(f64 p);              /* z with P(Z > z) = p, 0 < p < 1 */
f64 student_two_sided(f64 t, f64 df);          /* P(|T| >= |t|); df > 0, not necessarily whole */
f64 student_quantile_two_sided(f64 p, f64 df); /* t with P(|T| >= t) = p, 0 < p <= 1 */
f64 chi_square_above(f64 x, f64 df);           /* P(X >= x) */
