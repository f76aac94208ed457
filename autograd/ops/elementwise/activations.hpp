// Activation functions: one row an op; see README.md in this folder.

XTAPE_OP_1(floating, sigmoid, domain(-3, 3),
           [](auto x) { return 1.0 / (1.0 + exp(-x)); },
           [](auto g, none, auto y) { return g * y * (1.0 - y); },
           "logistic function 1 / (1 + e^-x)")

XTAPE_OP_1(floating, logsigmoid, domain(-3, 3),
           [](auto x) { return minimum(x, 0) - log1p(exp(-abs(x))); },
           [](auto g, auto x, none) { return g * sigmoid(-x); },
           "log(sigmoid(x)), without overflow at either end")

XTAPE_OP_1(floating, softplus, domain(-3, 3),
           [](auto x) { return maximum(x, 0) + log1p(exp(-abs(x))); },
           [](auto g, auto x, none) { return g * sigmoid(x); },
           "log(1 + e^x), without overflow")

XTAPE_OP_1(numeric, step, domain(-3, 3).without(0),
           [](auto x) { return where(x > 0, 1, 0); },
           zero,
           "1 where x > 0, else 0")

XTAPE_OP_1(numeric, relu, domain(-3, 3).without(0),
           [](auto x) { return where(x > 0 || is_nan(x), x, 0); },
           [](auto g, none, auto y) { return where(y > 0, g, 0.0); },
           "max(x, 0); its derivative at 0 is 0")

XTAPE_OP_1(numeric, relu6, domain(-3, 9).without(0, 6),
           [](auto x) { return where(x > 6, 6, where(x > 0 || is_nan(x), x, 0)); },
           [](auto g, auto x, none) { return where(x > 0 && x < 6, g, 0.0); },
           "min(max(x, 0), 6); its derivative at 0 and 6 is 0")

XTAPE_OP_2(floating, leaky_relu, domain(-3, 3).without(0), domain(0.01, 0.5),
           [](auto x, auto slope) { return where(x > 0, x, slope * x); },
           [](auto g, auto x, auto slope, none) { return where(x > 0, g, slope * g); },
           [](auto g, auto x, none, none) { return where(x > 0, 0.0, g * x); },
           "x where x > 0, else slope * x; the slope may be a tensor (PReLU)")
XTAPE_DEFAULT_2(leaky_relu, 0.01)

XTAPE_OP_2(floating, elu, domain(-3, 3).without(0), domain(0.5, 2),
           [](auto x, auto alpha) { return where(x > 0, x, alpha * expm1(minimum(x, 0))); },
           [](auto g, auto x, auto alpha, none) { return where(x > 0, g, g * alpha * exp(minimum(x, 0))); },
           [](auto g, auto x, none, none) { return where(x > 0, 0.0, g * expm1(minimum(x, 0))); },
           "x where x > 0, else alpha * (e^x - 1)")
XTAPE_DEFAULT_2(elu, 1.0)

XTAPE_OP_1(floating, selu, domain(-3, 3).without(0),
           [](auto x) { return selu_scale * where(x > 0, x, selu_alpha * expm1(minimum(x, 0))); },
           [](auto g, auto x, none) { return selu_scale * g * where(x > 0, 1, selu_alpha * exp(minimum(x, 0))); },
           "self-normalising ELU (Klambauer et al. 2017)")

XTAPE_OP_1(floating, gelu, domain(-3, 3),
           [](auto x) { return 0.5 * x * (1.0 + erf(x * sqrt_half)); },
           [](auto g, auto x, none) { return g * (0.5 * (1.0 + erf(x * sqrt_half)) + x * normal_peak * exp(-0.5 * x * x)); },
           "x times the normal distribution function of x")

XTAPE_OP_1(floating, silu, domain(-3, 3),
           [](auto x) { return x / (1.0 + exp(-x)); },
           [](auto g, auto x, auto y) { return g * (y + sigmoid(x) * (1.0 - y)); },
           "x * sigmoid(x), also called swish")

XTAPE_OP_1(floating, mish, domain(-3, 3),
           [](auto x) { return x * tanh(softplus(x)); },
           [](auto g, auto x, none) { return g * (tanh(softplus(x)) + x * sigmoid(x) * (1.0 - square(tanh(softplus(x))))); },
           "x * tanh(softplus(x))")

XTAPE_OP_1(floating, softsign, domain(-3, 3),
           [](auto x) { return x / (1.0 + abs(x)); },
           [](auto g, auto x, none) { return g / square(1.0 + abs(x)); },
           "x / (1 + |x|)")

XTAPE_OP_1(floating, hardtanh, domain(-3, 3).without(-1, 1),
           [](auto x) { return where(x > 1, 1, where(x < -1.0, -1, x)); },
           [](auto g, auto x, none) { return where(x > -1.0 && x < 1, g, 0.0); },
           "x limited to [-1, 1]; its derivative at the bounds is 0")

XTAPE_OP_1(floating, hardsigmoid, domain(-5, 5).without(-3, 3),
           [](auto x) { return where(x > 3, 1, where(x < -3.0, 0, x / 6.0 + 0.5)); },
           [](auto g, auto x, none) { return where(x > -3.0 && x < 3, g / 6.0, 0.0); },
           "x / 6 + 1/2 limited to [0, 1]")

XTAPE_OP_1(floating, hardswish, domain(-5, 5).without(-3, 3),
           [](auto x) { return where(x > 3, x, where(x < -3.0, 0, x * (x + 3.0) / 6.0)); },
           [](auto g, auto x, none) { return where(x > 3, g, where(x < -3.0, 0.0, g * (x / 3.0 + 0.5))); },
           "x * hardsigmoid(x)")
