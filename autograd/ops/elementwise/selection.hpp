// Choosing between values: one row an op; see README.md in this folder. Where two values tie, each gets half of the
// gradient.

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

XTAPE_OP_2(numeric, fmax, domain(-3, 3), domain(-3, 3),
           [](auto a, auto b) { return where(a > b || is_nan(b), a, b); },
           [](auto g, auto a, auto b, none) { return where(a > b || !equal(b, b), g, where(equal(a, b), 0.5 * g, 0.0)); },
           [](auto g, auto a, auto b, none) { return where(b > a || !equal(a, a), g, where(equal(a, b), 0.5 * g, 0.0)); },
           "the larger of two; a number wins over nan; where they are equal each gets half of the gradient")

XTAPE_OP_2(numeric, fmin, domain(-3, 3), domain(-3, 3),
           [](auto a, auto b) { return where(a < b || is_nan(b), a, b); },
           [](auto g, auto a, auto b, none) { return where(a < b || !equal(b, b), g, where(equal(a, b), 0.5 * g, 0.0)); },
           [](auto g, auto a, auto b, none) { return where(b < a || !equal(a, a), g, where(equal(a, b), 0.5 * g, 0.0)); },
           "the smaller of two; a number wins over nan; where they are equal each gets half of the gradient")

XTAPE_OP_3(numeric, clip, domain(-3, 3), domain(-1.5, -0.5), domain(0.5, 1.5),
           [](auto x, auto low, auto high) { return where(x < low, low, where(x > high, high, x)); },
           [](auto g, auto x, auto low, auto high, none) { return where(x < low || x > high, 0.0, g); },
           [](auto g, auto x, auto low, none, none) { return where(x < low, g, 0.0); },
           [](auto g, auto x, auto low, auto high, none) { return where(x > high && !(x < low), g, 0.0); },
           "values limited to [low, high]; at a bound the gradient passes to x")

XTAPE_OP_3(numeric, where, truth, domain(-3, 3), domain(-3, 3),
           [](auto condition, auto a, auto b) { return where(condition != 0, a, b); },
           zero,
           [](auto g, auto condition, none, none, none) { return where(condition, g, 0.0); },
           [](auto g, auto condition, none, none, none) { return where(condition, 0.0, g); },
           "a where the boolean condition holds, else b")

XTAPE_OP_1(numeric, nan_to_num, domain(-3, 3),
           [](auto x) { return where(is_nan(x), 0, where(x > largest(x), largest(x), where(x < lowest(x), lowest(x), x))); },
           [](auto g, auto x, none) { return where(equal(x - x, 0), g, 0.0); },
           "0 for nan, the largest and lowest finite values of the dtype for infinities; their derivative is 0")
