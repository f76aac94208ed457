// Trigonometric and hyperbolic functions and their inverses: one row an op; see README.md in this folder.

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

XTAPE_OP_1(floating, asin, domain(-0.9, 0.9),
           [](auto x) { return asin(x); },
           [](auto g, auto x, none) { return g / sqrt((1.0 - x) * (1.0 + x)); },
           "arc sine in radians")

XTAPE_OP_1(floating, acos, domain(-0.9, 0.9),
           [](auto x) { return acos(x); },
           [](auto g, auto x, none) { return -g / sqrt((1.0 - x) * (1.0 + x)); },
           "arc cosine in radians")

XTAPE_OP_1(floating, atan, domain(-3, 3),
           [](auto x) { return atan(x); },
           [](auto g, auto x, none) { return g / (1.0 + x * x); },
           "arc tangent in radians")

XTAPE_OP_2(floating, atan2, domain(0.5, 3), domain(-3, 3),
           [](auto a, auto b) { return angle_of(a, b); },
           [](auto g, auto a, auto b, none) { return g * b / nonzero(a * a + b * b); },
           [](auto g, auto a, auto b, none) { return -g * a / nonzero(a * a + b * b); },
           "angle of the point (b, a) in radians, in (-pi, pi]; its derivatives at (0, 0) are 0")

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

XTAPE_OP_1(floating, asinh, domain(-3, 3),
           [](auto x) { return asinh(x); },
           [](auto g, auto x, none) { return g / sqrt(1.0 + x * x); },
           "inverse of the hyperbolic sine")

XTAPE_OP_1(floating, acosh, domain(1.2, 4),
           [](auto x) { return where(x < 1, not_a_number, acosh(x)); },
           [](auto g, auto x, none) { return g / (sqrt(x - 1.0) * sqrt(x + 1.0)); },
           "inverse of the hyperbolic cosine, for x >= 1")

XTAPE_OP_1(floating, atanh, domain(-0.9, 0.9),
           [](auto x) { return atanh(x); },
           [](auto g, auto x, none) { return g / ((1.0 - x) * (1.0 + x)); },
           "inverse of the hyperbolic tangent")
