// Rounding, and what is left of a division: one row an op; see README.md in this folder.

XTAPE_OP_1(floating, floor, domain(-3, 3).without(-3, -2, -1, 0, 1, 2, 3),
           [](auto x) { return floor(x); },
           zero,
           "largest integer not above x")

XTAPE_OP_1(floating, ceil, domain(-3, 3).without(-3, -2, -1, 0, 1, 2, 3),
           [](auto x) { return ceil(x); },
           zero,
           "smallest integer not below x")

XTAPE_OP_1(floating, round, domain(-3, 3).without(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5),
           [](auto x) { return nearbyint(x); },
           zero,
           "nearest integer, half to even as in NumPy (xtensor's round: half away from 0)")

XTAPE_OP_1(floating, trunc, domain(-3, 3).without(-3, -2, -1, 0, 1, 2, 3),
           [](auto x) { return trunc(x); },
           zero,
           "x without its fraction")

XTAPE_OP_2(numeric, fmod, domain(2.05, 2.35), domain(1.0, 1.02),
           [](auto a, auto b) { return truncated_modulo(a, b); },
           pass,
           [](auto g, auto a, auto b, auto y) { return g * round((y - a) / b); },
           "a - b * trunc(a / b), with the sign of a")

XTAPE_OP_2(numeric, mod, domain(2.05, 2.35), domain(1.0, 1.02),
           [](auto a, auto b) { return floored_modulo(a, b); },
           pass,
           [](auto g, auto a, auto b, auto y) { return g * round((y - a) / b); },
           "a - b * floor(a / b), with the sign of b: NumPy's and PyTorch's remainder")

XTAPE_OP_2(floating, remainder, domain(2.05, 2.35), domain(1.0, 1.02),
           [](auto a, auto b) { return nearest_modulo(a, b); },
           pass,
           [](auto g, auto a, auto b, auto y) { return g * round((y - a) / b); },
           "a - b * n for the integer n nearest to a / b, as in xtensor and IEEE 754")
