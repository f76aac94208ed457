// Comparisons and logic, with boolean results and no gradient: one row an op; see README.md in this folder.

XTAPE_TEST_2(equal, [](auto a, auto b) { return a == b; }, "a == b")
XTAPE_TEST_2(not_equal, [](auto a, auto b) { return !(a == b); }, "a != b")
XTAPE_TEST_2(less, [](auto a, auto b) { return a < b; }, "a < b")
XTAPE_TEST_2(less_equal, [](auto a, auto b) { return a <= b; }, "a <= b")
XTAPE_TEST_2(greater, [](auto a, auto b) { return a > b; }, "a > b")
XTAPE_TEST_2(greater_equal, [](auto a, auto b) { return a >= b; }, "a >= b")

XTAPE_TEST_2(logical_and, [](auto a, auto b) { return !(a == 0) && !(b == 0); }, "whether both are non-zero")
XTAPE_TEST_2(logical_or, [](auto a, auto b) { return !(a == 0 && b == 0); }, "whether either is non-zero")
XTAPE_TEST_2(logical_xor, [](auto a, auto b) { return (a == 0 && !(b == 0)) || (b == 0 && !(a == 0)); }, "whether just one is non-zero")
XTAPE_TEST_1(logical_not, [](auto x) { return x == 0; }, "whether it is zero")

XTAPE_TEST_1(isnan, [](auto x) { return is_nan(x); }, "whether it is not a number")
XTAPE_TEST_1(isinf, [](auto x) { return !is_nan(x) && is_nan(x - x); }, "whether it is an infinity")
XTAPE_TEST_1(isfinite, [](auto x) { return !is_nan(x - x); }, "whether it is neither infinite nor not a number")
