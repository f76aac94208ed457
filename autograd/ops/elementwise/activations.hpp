// Activation functions: one row an op; see README.md in this folder.

XTAPE_OP_1(floating, sigmoid, domain(-3, 3),
           [](auto x) { return 1.0 / (1.0 + exp(-x)); },
           [](auto g, none, auto y) { return g * y * (1.0 - y); },
           "logistic function 1 / (1 + e^-x)")

XTAPE_OP_1(floating, logsigmoid, domain(-3, 3),
           [](auto x) { return minimum(x, 0) - log1p(exp(-abs(x))); },
           [](auto g, auto x, none) { return g * sigmoid(-x); },
           "log(sigmoid(x)), without overflow at either end")
XTAPE_ALIAS_1(log_sigmoid, logsigmoid, domain(-3, 3))

XTAPE_OP_2(floating, softplus, domain(-3, 3), domain(0.5, 2),
           [](auto x, auto beta) { return softplus(beta * x) / beta; },
           [](auto g, auto x, auto beta, none) { return g * sigmoid(beta * x); },
           [](auto g, auto x, auto beta, auto y) { return g * (x * sigmoid(beta * x) - y) / beta; },
           "log(1 + e^(beta x)) / beta, without overflow")
XTAPE_DEFAULT_2(softplus, 1.0)

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
           "x where x > 0, else slope * x; the slope may be a tensor")
XTAPE_DEFAULT_2(leaky_relu, 0.01)
XTAPE_ALIAS_2(prelu, leaky_relu, domain(-3, 3).without(0), domain(0.01, 0.5))

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

XTAPE_OP_2(floating, celu, domain(-3, 3).without(0), domain(0.5, 2),
           [](auto x, auto alpha) { return where(x > 0, x, alpha * expm1(minimum(x, 0) / alpha)); },
           [](auto g, auto x, auto alpha, none) { return where(x > 0, g, g * exp(minimum(x, 0) / alpha)); },
           [](auto g, auto x, auto alpha, none) {
             return where(x > 0, 0.0, g * (expm1(minimum(x, 0) / alpha) - x / alpha * exp(minimum(x, 0) / alpha)));
           },
           "x where x > 0, else alpha * (e^(x / alpha) - 1); its derivative at 0 is 1")
XTAPE_DEFAULT_2(celu, 1.0)

XTAPE_OP_1(floating, gelu, domain(-3, 3),
           [](auto x) { return x * normal_distribution(x); },
           [](auto g, auto x, none) { return g * gelu_slope(x); },
           "x times the normal distribution function of x")

XTAPE_OP_1(floating, gelu_tanh, domain(-3, 3),
           [](auto x) { return x * sigmoid(gelu_argument(x)); },
           [](auto g, auto x, none) {
             return g * sigmoid(gelu_argument(x)) * (1.0 + x * sigmoid(-gelu_argument(x)) * gelu_argument_slope(x));
           },
           "x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))), close to gelu")

XTAPE_OP_1(floating, silu, domain(-3, 3),
           [](auto x) { return x / (1.0 + exp(-x)); },
           [](auto g, auto x, none) { return g * sigmoid(x) * (1.0 + x * sigmoid(-x)); },
           "x * sigmoid(x), also called swish")

XTAPE_OP_1(floating, mish, domain(-3, 3),
           [](auto x) { return x * tanh(softplus(x)); },
           [](auto g, auto x, none) { return g * (tanh(softplus(x)) + x * sigmoid(x) * (1.0 - square(tanh(softplus(x))))); },
           "x * tanh(softplus(x))")

XTAPE_OP_1(floating, softsign, domain(-3, 3),
           [](auto x) { return x / (1.0 + abs(x)); },
           [](auto g, auto x, none) { return g / square(1.0 + abs(x)); },
           "x / (1 + |x|)")

XTAPE_OP_3(floating, hardtanh, domain(-3, 3), domain(-1.5, -0.5), domain(0.5, 1.5),
           [](auto x, auto low, auto high) { return where(x < low, low, where(x > high, high, x)); },
           [](auto g, auto x, auto low, auto high, none) { return where(x > low && x < high, g, 0.0); },
           [](auto g, auto x, auto low, auto high, none) { return where(x < low || (equal(x, low) && x <= high), g, 0.0); },
           [](auto g, auto x, auto low, auto high, none) {
             return where(x >= low && x >= high && (x > low || x > high), g, 0.0);
           },
           "x limited to [low, high], by default [-1, 1]; at a bound the gradient passes to the bound")
XTAPE_DEFAULT_3(hardtanh, -1.0, 1.0)

XTAPE_OP_1(floating, hardsigmoid, domain(-5, 5).without(-3, 3),
           [](auto x) { return where(x > 3, 1, where(x < -3.0, 0, x / 6.0 + 0.5)); },
           [](auto g, auto x, none) { return where(x > -3.0 && x < 3, g / 6.0, 0.0); },
           "x / 6 + 1/2 limited to [0, 1]")

XTAPE_OP_1(floating, hardswish, domain(-5, 5).without(-3, 3),
           [](auto x) { return where(x > 3, x, where(x < -3.0, 0, x * (x + 3.0) / 6.0)); },
           [](auto g, auto x, none) { return where(x > 3, g, where(x < -3.0, 0.0, g * (x / 3.0 + 0.5))); },
           "x * hardsigmoid(x)")

XTAPE_OP_1(floating, tanhshrink, domain(-3, 3),
           [](auto x) { return x - tanh(x); },
           [](auto g, auto x, none) { return g * square(tanh(x)); },
           "x - tanh(x)")

XTAPE_OP_2(floating, softshrink, domain(-3, 3), domain(0.3, 0.7),
           [](auto x, auto lambda) { return where(x > lambda, x - lambda, where(x < -lambda, x + lambda, 0 * x)); },
           [](auto g, auto x, auto lambda, none) { return where(x > lambda || x < -lambda, g, 0.0); },
           [](auto g, auto x, auto lambda, none) { return where(x > lambda, -g, where(x < -lambda, g, 0.0)); },
           "x moved towards 0 by lambda, and 0 within; its derivative at the bounds is 0")
XTAPE_DEFAULT_2(softshrink, 0.5)

XTAPE_OP_2(floating, hardshrink, domain(-3, 3), domain(0.3, 0.7),
           [](auto x, auto lambda) { return where(x > lambda || x < -lambda || is_nan(x), x, 0); },
           [](auto g, auto x, auto lambda, none) { return where(x > lambda || x < -lambda, g, 0.0); },
           zero,
           "x, but 0 within [-lambda, lambda]; its derivative at the bounds is 0")
XTAPE_DEFAULT_2(hardshrink, 0.5)

XTAPE_OP_3(numeric, threshold, domain(-3, 3), domain(-0.5, 0.5), domain(-3, 3),
           [](auto x, auto bound, auto value) { return where(x > bound || is_nan(x), x, value); },
           [](auto g, auto x, auto bound, none, none) { return where(x > bound, g, 0.0); },
           zero,
           [](auto g, auto x, auto bound, none, none) { return where(x > bound, 0.0, g); },
           "x where x > bound, else value")
