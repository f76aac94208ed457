// The steps of DeZero, micrograd and its lecture, as functions that give numbers. steps.cpp includes this file twice:
// once where `Tensor` and the functions are those of engine.hpp, once where they are the library's. No line of it knows
// which.

inline Tensor variable(double value) { return Tensor(value).requires_grad_(); }

inline Tensor square_exp_square(const Tensor& x) { return square(exp(square(x))); }

// (f(x + h) - f(x - h)) / 2h
inline double numerical_difference(Tensor (*f)(const Tensor&), double x) {
  constexpr double h = 1e-4;
  return (f(x + h).item() - f(x - h).item()) / (2.0 * h);
}

// The value of y and its derivatives with respect to some variables.
inline Numbers value_and_slopes(const Tensor& y, const Tensors& variables) {
  for (const Tensor& x : variables) x.zero_grad();
  y.backward();
  Numbers result = {y.item()};
  for (const Tensor& x : variables) result.push_back(x.grad().item());
  return result;
}

inline void first_steps(Report& report) {
  const Tensor x = variable(0.5), a = variable(2.0), b = variable(3.0);
  report.add("2", "square(10)", {square(Tensor(10.0)).item()});
  report.add("3", "square(exp(square(0.5)))", {square_exp_square(0.5).item()});
  report.add("4", "numerical slopes",
             {numerical_difference([](const Tensor& t) { return square(t); }, 2.0),
              numerical_difference(square_exp_square, 0.5)});
  report.add("7", "its slope, by backward", {value_and_slopes(square_exp_square(x), {x})[1]});
  report.add("10", "square at 3", value_and_slopes(square(b), {b}));
  report.add("11", "2 + 3", {(Tensor(2.0) + Tensor(3.0)).item()});
  report.add("13", "x^2 + y^2", value_and_slopes(square(a) + square(b), {a, b}));
  report.add("14", "x + x, x + x + x", {value_and_slopes(b + b, {b})[1], value_and_slopes(b + b + b, {b})[1]});
  const Tensor shared = square(a);
  report.add("16", "a^2 + a^2, a = x^2", value_and_slopes(square(shared) + square(shared), {a}));
}

inline void keeping_and_operators(Report& report) {
  const Tensor x0 = variable(1.0), x1 = variable(1.0);
  const Tensor t = x0 + x1, y = x0 + t;
  y.backward();
  report.add("18", "gradients kept of y, t, x0, x1",
             {y.grad().defined() * 1.0, t.grad().defined() * 1.0, x0.grad().item(), x1.grad().item()});
  {
    const NoGrad guard;
    report.add("18", "recorded without gradients", {square(x0).requires_grad() * 1.0});
  }
  const Tensor a = variable(3.0), b = variable(2.0), c = variable(1.0);
  report.add("20", "a b + c", value_and_slopes(a * b + c, {a, b}));
  report.add("22", "-b, 2 - b, b - 1, 3 / b, b^3",
             {(-b).item(), (2.0 - b).item(), (b - 1.0).item(), (3.0 / b).item(), pow(b, 3.0).item()});
  report.add("23", "(x + 3)^2", value_and_slopes(square(c + 3.0), {c}));
}

inline Tensor goldstein_price(const Tensor& x, const Tensor& y) {
  return (1.0 + square(x + y + 1.0) * (19.0 - 14.0 * x + 3.0 * square(x) - 14.0 * y + 6.0 * x * y + 3.0 * square(y))) *
         (30.0 + square(2.0 * x - 3.0 * y) *
                     (18.0 - 32.0 * x + 12.0 * square(x) + 48.0 * y - 36.0 * x * y + 27.0 * square(y)));
}

// Terms (-1)^i x^(2i + 1) / (2i + 1)! until one is below the threshold.
inline Tensor sine_series(const Tensor& x, double threshold, double& terms) {
  Tensor y = 0.0;
  double factor = 1.0;
  for (terms = 1.0;; ++terms) {
    const double n = 2.0 * terms - 1.0;
    const Tensor term = factor * pow(x, n);
    y = y + term;
    if (std::abs(term.item()) < threshold) return y;
    factor = -factor / ((n + 1.0) * (n + 2.0));
  }
}

inline void functions_of_two(Report& report) {
  const Tensor x = variable(1.0), y = variable(1.0);
  report.add("24", "sphere", value_and_slopes(square(x) + square(y), {x, y}));
  report.add("24", "Matyas", value_and_slopes(0.26 * (square(x) + square(y)) - 0.48 * x * y, {x, y}));
  report.add("24", "Goldstein-Price", value_and_slopes(goldstein_price(x, y), {x, y}));
  const Tensor angle = variable(std::numbers::pi / 4.0);
  for (const double threshold : {1e-4, 1e-150}) {
    double terms = 0.0;
    const Numbers found = value_and_slopes(sine_series(angle, threshold, terms), {angle});
    report.add("27", "sine series: terms, value, slope", {terms, found[0], found[1]});
  }
}

inline void descent(Report& report) {
  const Tensor x = variable(0.0), y = variable(2.0);
  for (int step = 1; step <= 50000; ++step) {
    const Numbers found = value_and_slopes(100.0 * square(y - square(x)) + square(x - 1.0), {x, y});
    if (step == 1) report.add("28", "Rosenbrock's slopes at (0, 2)", {found[1], found[2]});
    const NoGrad guard;
    x.assign(x - 0.001 * x.grad());
    y.assign(y - 0.001 * y.grad());
    if (step == 1000 || step == 10000 || step == 50000)
      report.add("28", std::to_string(step) + " steps of descent", {x.item(), y.item()});
  }
}

// f, f', f'' ... at a point.
inline Numbers derivatives(Tensor (*f)(const Tensor&), double at, std::size_t count) {
  const Tensor x = variable(at);
  Numbers result;
  for (Tensor y = f(x); result.size() < count; y = grad(y, x, {.create_graph = true})) result.push_back(y.item());
  return result;
}

inline Numbers newton(double start, int steps) {
  const Tensor x = variable(start);
  Numbers path = {start};
  for (int i = 0; i < steps; ++i) {
    const Tensor slope = grad(pow(x, 4.0) - 2.0 * square(x), x, {.create_graph = true});
    const Tensor curvature = grad(slope, x);
    const NoGrad guard;
    x.assign(x - slope / curvature);
    path.push_back(x.item());
  }
  return path;
}

inline void higher_derivatives(Report& report) {
  report.add("33", "Newton's method on x^4 - 2x^2", newton(2.0, 7));
  report.add("34", "sin and its derivatives at 1", derivatives([](const Tensor& t) { return sin(t); }, 1.0, 4));
  report.add("35", "tanh and its derivatives at 1", derivatives([](const Tensor& t) { return tanh(t); }, 1.0, 9));
  const Tensor x = variable(2.0);
  const Tensor y = square(x);
  const Tensor slope = grad(y, x, {.create_graph = true});
  report.add("36", "slope of (dy/dx)^3 + y, y = x^2", {value_and_slopes(pow(slope, 3.0) + y, {x})[1]});
}

inline void arrays(Report& report) {
  const Tensor x0 = xt::xarray<double>{1.0, 2.0, 3.0}, x1 = Tensor(xt::xarray<double>{10.0}).requires_grad_();
  sum(x0 + x1).backward();
  report.add("40", "slope of sum((1, 2, 3) + (10))", {x1.grad().item()});
  const Array points = random_points();  // step 42's
  const Tensor x = xt::view(points, xt::all(), xt::range(0, 1));
  const Tensor t = xt::view(points, xt::all(), xt::range(1, 2));
  const Tensor w = Tensor(xt::zeros<double>({1, 1})).requires_grad_();
  const Tensor b = Tensor(xt::zeros<double>({1})).requires_grad_();
  Numbers found;
  for (int step = 0; step < 100; ++step) {
    w.zero_grad(), b.zero_grad();
    const Tensor loss = mean(square(matmul(x, w) + b - t));
    loss.backward();
    const NoGrad guard;
    w.assign(w - 0.1 * w.grad());
    b.assign(b - 0.1 * b.grad());
    found = {w.item(), b.item(), loss.item()};
  }
  report.add("42", "line through points: W, b, loss", found);
}

// The tests of micrograd.
inline void micrograd(Report& report) {
  const Tensor x = variable(-4.0);
  const Tensor z = 2.0 * x + 2.0 + x;
  const Tensor q = relu(z) + z * x;
  report.add("mg", "sanity", value_and_slopes(relu(z * z) + q + q * x, {x}));
  const Tensor a = variable(-4.0), b = variable(2.0);
  Tensor c = a + b, d = a * b + pow(b, 3.0);
  c = c + (c + 1.0);
  c = c + (1.0 + c + (-a));
  d = d + (d * 2.0 + relu(b + a));
  d = d + (3.0 * d + relu(b - a));
  const Tensor f = square(c - d);
  report.add("mg", "more_ops", value_and_slopes(f / 2.0 + 10.0 / f, {a, b}));
}

// The first lecture of "Zero to Hero".
inline void lecture(Report& report) {
  const Tensor x = variable(3.0);
  report.add("nn", "3x^2 - 4x + 5 at 3", value_and_slopes(3.0 * square(x) - 4.0 * x + 5.0, {x}));
  const Tensor a = variable(2.0), b = variable(-3.0), c = variable(10.0), f = variable(-2.0);
  report.add("nn", "L = (a b + c) f", value_and_slopes((a * b + c) * f, {a, b, c, f}));
  const Tensor x1 = variable(2.0), x2 = variable(0.0), w1 = variable(-3.0), w2 = variable(1.0);
  const Tensor n = x1 * w1 + x2 * w2 + 6.8813735870195432;
  report.add("nn", "a neuron, and x1, x2, w1, w2", value_and_slopes(tanh(n), {x1, x2, w1, w2}));
  const Tensor e = exp(2.0 * (x1 * w1 + x2 * w2 + 6.8813735870195432));
  report.add("nn", "its tanh made of exp", value_and_slopes((e - 1.0) / (e + 1.0), {x1, x2, w1, w2}));
}

// A perceptron 3-[4, 4, 1] on the lecture's four examples.
inline void small_network(Report& report) {
  const Tensor x = xt::xarray<double>{{2.0, 3.0, -1.0}, {3.0, -1.0, 0.5}, {0.5, 1.0, 1.0}, {1.0, 1.0, -1.0}};
  Array targets = {1.0, -1.0, -1.0, 1.0};
  targets.reshape({4, 1});
  const Tensor t = targets;
  Tensors parameters;
  for (const Array& values : random_weights({3, 4, 4, 1})) {
    parameters.push_back(Tensor(values).requires_grad_());
    parameters.push_back(Tensor(xt::zeros<double>({values.shape(1)})).requires_grad_());
  }
  Numbers losses;
  Tensor y;
  for (int step = 0; step <= 20; ++step) {
    y = x;
    for (std::size_t i = 0; i < parameters.size(); i += 2) y = tanh(matmul(y, parameters[i]) + parameters[i + 1]);
    const Tensor loss = sum(square(y - t));
    losses.push_back(loss.item());
    for (const Tensor& p : parameters) p.zero_grad();
    loss.backward();
    const NoGrad guard;
    for (const Tensor& p : parameters) p.assign(p - 0.1 * p.grad());
  }
  report.add("nn", "loss of a network, steps 0, 10, 20", {losses[0], losses[10], losses[20]});
  report.add("nn", "its answers for 1, -1, -1, 1", {y.item(0), y.item(1), y.item(2), y.item(3)});
}

inline Report all_steps() {
  Report report;
  first_steps(report);
  keeping_and_operators(report);
  functions_of_two(report);
  descent(report);
  higher_derivatives(report);
  arrays(report);
  micrograd(report);
  lecture(report);
  small_network(report);
  return report;
}
