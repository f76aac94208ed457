// Special functions: one row an op; see README.md in this folder. special_functions.hpp computes them.

XTAPE_OP_1(floating, erf, domain(-2, 2),
           [](auto x) { return error_function(x); },
           [](auto g, auto x, none) { return two_over_sqrt_pi * g * exp(-x * x); },
           "error function")

XTAPE_OP_1(floating, erfc, domain(-2, 2),
           [](auto x) { return error_complement(x); },
           [](auto g, auto x, none) { return -two_over_sqrt_pi * g * exp(-x * x); },
           "1 - erf(x), exact where that is small")

XTAPE_OP_1(floating, lgamma, domain(0.3, 4),
           [](auto x) { return log_gamma(x); },
           [](auto g, auto x, none) { return g * digamma(x); },
           "log(|gamma(x)|)")

XTAPE_OP_1(floating, digamma, domain(0.5, 4),
           [](auto x) { return digamma(x); },
           [](auto g, auto x, none) { return g * polygamma(1.0, x); },
           "the derivative of lgamma; nan at -1, -2, ...")

XTAPE_OP_2(floating, polygamma, domain(0.6, 3.4).without(1.5, 2.5), domain(0.8, 4),
           [](auto a, auto b) { return polygamma(a, b); },
           zero,
           [](auto g, auto a, auto b, none) { return g * polygamma(a + 1.0, b); },
           "the a-th derivative of digamma(b); a is rounded to an integer")
