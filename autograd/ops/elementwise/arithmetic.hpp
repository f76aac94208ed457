// Arithmetic: one row an op. README.md in this folder explains a row; there is no include guard, since every user of
// the table gives XTAPE_OP_* a meaning of its own.

XTAPE_OP_2(numeric, add, domain(-3, 3), domain(-3, 3),
           [](auto a, auto b) { return a + b; },
           pass,
           pass,
           "sum of two arrays")

XTAPE_OP_2(numeric, subtract, domain(-3, 3), domain(-3, 3),
           [](auto a, auto b) { return a - b; },
           pass,
           [](auto g, none, none, none) { return -g; },
           "difference of two arrays")

XTAPE_OP_2(numeric, multiply, domain(-3, 3), domain(-3, 3),
           [](auto a, auto b) { return a * b; },
           [](auto g, none, auto b, none) { return g * b; },
           [](auto g, auto a, none, none) { return g * a; },
           "product of two arrays")

XTAPE_OP_2(floating, divide, domain(-3, 3), domain(0.5, 3),
           [](auto a, auto b) { return a / b; },
           [](auto g, none, auto b, none) { return g / b; },
           [](auto g, none, auto b, auto y) { return -(g / b) * y; },
           "quotient of two arrays; integers give a floating result")

XTAPE_OP_3(floating, lerp, domain(-3, 3), domain(-3, 3), domain(-1, 2),
           [](auto a, auto b, auto t) { return where(t < 0.5, a + t * (b - a), b - (1.0 - t) * (b - a)); },
           [](auto g, none, none, auto t, none) { return g * (1.0 - t); },
           [](auto g, none, none, auto t, none) { return g * t; },
           [](auto g, auto a, auto b, none, none) { return g * (b - a); },
           "a + t * (b - a), exactly b at t = 1")

XTAPE_OP_1(numeric, neg, domain(-3, 3),
           [](auto x) { return -x; },
           [](auto g, none, none) { return -g; },
           "the negative")

XTAPE_OP_1(numeric, identity, domain(-3, 3),
           [](auto x) { return x; },
           pass,
           "the same values, in new memory")

XTAPE_OP_1(numeric, abs, domain(-3, 3).without(0),
           [](auto x) { return abs(x); },
           [](auto g, auto x, none) { return g * sign(x); },
           "absolute value; its derivative at 0 is 0")

XTAPE_OP_1(numeric, sign, domain(-3, 3).without(0),
           [](auto x) { return where(x > 0, 1, where(x < 0, -1, where(x == 0, 0, x))); },
           zero,
           "-1, 0 or 1; a nan stays nan")

XTAPE_OP_1(numeric, square, domain(-3, 3),
           [](auto x) { return x * x; },
           [](auto g, auto x, none) { return 2.0 * g * x; },
           "x^2")

XTAPE_OP_1(numeric, cube, domain(-3, 3),
           [](auto x) { return x * x * x; },
           [](auto g, auto x, none) { return 3.0 * g * x * x; },
           "x^3")

XTAPE_OP_1(floating, reciprocal, domain(0.5, 3),
           [](auto x) { return 1.0 / x; },
           [](auto g, none, auto y) { return -g * y * y; },
           "1 / x")
