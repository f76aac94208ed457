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
           [](auto g, none, auto b, auto y) { return -g * y / b; },
           "quotient of two arrays; integers give a floating result")

XTAPE_OP_2(floating, pow, domain(0.5, 2), domain(-2, 3),
           [](auto a, auto b) { return pow(a, b); },
           [](auto g, auto a, auto b, none) { return where(equal(b, 0), 0, g * b * pow(a, b - 1.0)); },
           [](auto g, auto a, auto b, auto y) { return where(equal(a, 0) && b >= 0, 0, g * y * log(a)); },
           "a to the power b")

XTAPE_OP_2(numeric, maximum, domain(-3, 3), domain(-3, 3),
           [](auto a, auto b) { return where(a > b || is_nan(a), a, b); },
           [](auto g, auto a, auto b, none) { return where(a > b, g, where(equal(a, b), 0.5 * g, 0.0)); },
           [](auto g, auto a, auto b, none) { return where(b > a, g, where(equal(a, b), 0.5 * g, 0.0)); },
           "the larger of two; a nan wins; where they are equal each gets half of the gradient")

XTAPE_OP_2(numeric, minimum, domain(-3, 3), domain(-3, 3),
           [](auto a, auto b) { return where(a < b || is_nan(a), a, b); },
           [](auto g, auto a, auto b, none) { return where(a < b, g, where(equal(a, b), 0.5 * g, 0.0)); },
           [](auto g, auto a, auto b, none) { return where(b < a, g, where(equal(a, b), 0.5 * g, 0.0)); },
           "the smaller of two; a nan wins; where they are equal each gets half of the gradient")

XTAPE_OP_3(numeric, clip, domain(-3, 3), domain(-1.5, -0.5), domain(0.5, 1.5),
           [](auto x, auto low, auto high) { return where(x < low, low, where(x > high, high, x)); },
           [](auto g, auto x, auto low, auto high, none) { return where(x < low || x > high, 0.0, g); },
           [](auto g, auto x, auto low, none, none) { return where(x < low, g, 0.0); },
           [](auto g, auto x, none, auto high, none) { return where(x > high, g, 0.0); },
           "values limited to [low, high]; at a bound the gradient passes to x")

XTAPE_OP_3(numeric, where, truth, domain(-3, 3), domain(-3, 3),
           [](auto condition, auto a, auto b) { return where(condition != 0, a, b); },
           zero,
           [](auto g, auto condition, none, none, none) { return where(condition, g, 0.0); },
           [](auto g, auto condition, none, none, none) { return where(condition, 0.0, g); },
           "a where the boolean condition holds, else b")

XTAPE_OP_1(numeric, neg, domain(-3, 3),
           [](auto x) { return -x; },
           [](auto g, none, none) { return -g; },
           "the negative")

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
