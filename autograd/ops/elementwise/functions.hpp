// Mathematical functions: one row an op; see README.md in this folder.

XTAPE_OP_1(floating, exp, domain(-3, 3),
           [](auto x) { return exp(x); },
           [](auto g, none, auto y) { return g * y; },
           "e^x")

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

XTAPE_OP_1(floating, sqrt, domain(0.3, 4),
           [](auto x) { return sqrt(x); },
           [](auto g, none, auto y) { return 0.5 * g / y; },
           "square root")

XTAPE_OP_1(floating, rsqrt, domain(0.3, 4),
           [](auto x) { return 1.0 / sqrt(x); },
           [](auto g, none, auto y) { return -0.5 * g * y * y * y; },
           "1 / sqrt(x)")

XTAPE_OP_1(floating, sin, domain(-3, 3),
           [](auto x) { return sin(x); },
           [](auto g, auto x, none) { return g * cos(x); },
           "sine of an angle in radians")

XTAPE_OP_1(floating, cos, domain(-3, 3),
           [](auto x) { return cos(x); },
           [](auto g, auto x, none) { return -g * sin(x); },
           "cosine of an angle in radians")

XTAPE_OP_1(floating, tan, domain(-1.2, 1.2),
           [](auto x) { return tan(x); },
           [](auto g, none, auto y) { return g * (1.0 + y * y); },
           "tangent of an angle in radians")

XTAPE_OP_1(floating, atan, domain(-3, 3),
           [](auto x) { return atan(x); },
           [](auto g, auto x, none) { return g / (1.0 + x * x); },
           "arc tangent in radians")

XTAPE_OP_1(floating, sinh, domain(-3, 3),
           [](auto x) { return sinh(x); },
           [](auto g, auto x, none) { return g * cosh(x); },
           "hyperbolic sine")

XTAPE_OP_1(floating, cosh, domain(-3, 3),
           [](auto x) { return cosh(x); },
           [](auto g, auto x, none) { return g * sinh(x); },
           "hyperbolic cosine")

XTAPE_OP_1(floating, tanh, domain(-3, 3),
           [](auto x) { return tanh(x); },
           [](auto g, none, auto y) { return g * (1.0 - y * y); },
           "hyperbolic tangent")

XTAPE_OP_1(floating, erf, domain(-2, 2),
           [](auto x) { return erf(x); },
           [](auto g, auto x, none) { return two_over_sqrt_pi * g * exp(-x * x); },
           "error function")

XTAPE_OP_1(floating, floor, domain(-3, 3).without(-3, -2, -1, 0, 1, 2, 3),
           [](auto x) { return floor(x); },
           zero,
           "largest integer not above x")

XTAPE_OP_1(floating, ceil, domain(-3, 3).without(-3, -2, -1, 0, 1, 2, 3),
           [](auto x) { return ceil(x); },
           zero,
           "smallest integer not below x")
