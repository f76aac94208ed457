// Exponentials, logarithms, powers and roots: one row an op; see README.md in this folder.

XTAPE_OP_1(floating, exp, domain(-3, 3),
           [](auto x) { return exp(x); },
           [](auto g, none, auto y) { return g * y; },
           "e^x")

XTAPE_OP_1(floating, exp2, domain(-3, 3),
           [](auto x) { return exp2(x); },
           [](auto g, none, auto y) { return ln2 * g * y; },
           "2^x")

XTAPE_OP_1(floating, expm1, domain(-3, 3),
           [](auto x) { return expm1(x); },
           [](auto g, none, auto y) { return g * (y + 1.0); },
           "e^x - 1, exact near 0")

XTAPE_OP_1(floating, log, domain(0.3, 4),
           [](auto x) { return log(x); },
           [](auto g, auto x, none) { return g / x; },
           "natural logarithm")

XTAPE_OP_1(floating, log1p, domain(-0.7, 4),
           [](auto x) { return log1p(x); },
           [](auto g, auto x, none) { return g / (1.0 + x); },
           "log(1 + x), exact near 0")

XTAPE_OP_1(floating, log2, domain(0.3, 4),
           [](auto x) { return log2(x); },
           [](auto g, auto x, none) { return g / (ln2 * x); },
           "logarithm to base 2")

XTAPE_OP_1(floating, log10, domain(0.3, 4),
           [](auto x) { return log10(x); },
           [](auto g, auto x, none) { return g / (ln10 * x); },
           "logarithm to base 10")

XTAPE_OP_2(floating, logaddexp, domain(-3, 3), domain(-3, 3),
           [](auto a, auto b) { return maximum(a, b) + log1p(exp(-abs(gap(a, b)))); },
           [](auto g, auto a, auto b, none) { return g * sigmoid(gap(a, b)); },
           [](auto g, auto a, auto b, none) { return g * sigmoid(gap(b, a)); },
           "log(e^a + e^b), without overflow")

XTAPE_OP_2(floating, xlogy, domain(0.2, 3), domain(0.3, 4),
           [](auto a, auto b) { return where(a == 0 && !is_nan(b), 0, a * log(b)); },
           [](auto g, auto a, auto b, none) { return g * log(where(equal(a, 0) && b <= 0, 1, b)); },
           [](auto g, auto a, auto b, none) { return g * a / where(equal(a, 0) && b <= 0, 1, b); },
           "a * log(b), and 0 for a = 0")

XTAPE_OP_2(floating, pow, domain(0.5, 2), domain(-2, 3),
           [](auto a, auto b) { return power(a, b); },
           [](auto g, auto a, auto b, none) { return g * b * power(where(equal(a, 0) && equal(b, 0), 1, a), b - 1.0); },
           [](auto g, auto a, auto b, auto y) { return g * y * log(where(equal(a, 0) && b >= 0, 1, a)); },
           "a to the power b")

XTAPE_OP_1(floating, sqrt, domain(0.3, 4),
           [](auto x) { return sqrt(x); },
           [](auto g, none, auto y) { return 0.5 * g / y; },
           "square root")

XTAPE_OP_1(floating, rsqrt, domain(0.3, 4),
           [](auto x) { return 1.0 / sqrt(x); },
           [](auto g, none, auto y) { return -0.5 * g * y * y * y; },
           "1 / sqrt(x)")

XTAPE_OP_1(floating, cbrt, domain(0.3, 4),
           [](auto x) { return cbrt(x); },
           [](auto g, none, auto y) { return g / (3.0 * y * y); },
           "cube root, also of negative numbers")

XTAPE_OP_2(floating, hypot, domain(0.5, 3), domain(-3, 3),
           [](auto a, auto b) { return hypotenuse(a, b); },
           [](auto g, auto a, none, auto y) { return g * (a / nonzero(y)); },
           [](auto g, none, auto b, auto y) { return g * (b / nonzero(y)); },
           "sqrt(a^2 + b^2), without overflow; its derivatives at (0, 0) are 0")
