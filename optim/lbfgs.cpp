#include <optim/lbfgs.hpp>

#include <algorithm>
#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/profile.hpp>
#include <autograd/tape.hpp>
#include <cmath>
#include <cstring>
#include <optim/sweep.hpp>
#include <optim/update_loops.hpp>

namespace xtape::optim {

namespace {

double inner_product(const Tensor& a, const Tensor& b) { return matmul(a, b).item(); }
double largest(const Tensor& x) { return amax(abs(x)).item(); }

// x += factor * y, in place.
void add_in_place(const Tensor& x, double factor, const Tensor& y) {
  const UpdateLoops& loops = update_loops(x.dtype());
  sweep_arrays({x.size()}, kernels::parallel_grain, [&](std::size_t, std::size_t begin, std::size_t end) {
    loops.sgd({.terms = {}, .rate = -factor, .momentum = 0.0, .take = 1.0, .nesterov = false},
              {x.mutable_data(), y.raw_data(), {}, begin, end});
  });
}

}  // namespace

LBFGS::LBFGS(const Tensors& parameters, const Options& options) : Optimizer("LBFGS"), m_options(options) {
  require(options.max_iter >= 1, "max_iter", ">= 1", 0.0);
  require(options.history_size >= 1, "history_size", ">= 1", 0.0);
  require(options.tolerance_grad >= 0.0, "tolerance_grad", ">= 0", options.tolerance_grad);
  require(options.tolerance_change >= 0.0, "tolerance_change", ">= 0", options.tolerance_change);
  add_parameters(parameters, options.lr);
  for (const Tensor& parameter : parameters) {
    if (parameter.dtype() == dtype()) continue;
    throw DtypeError(std::string("LBFGS: the parameters are ") + to_string(dtype()) + " and " +
                     to_string(parameter.dtype()) + "; they must have one dtype");
  }
  if (m_options.max_eval == 0) m_options.max_eval = options.max_iter * 5 / 4;
}

std::size_t LBFGS::size() const {
  std::size_t total = 0;
  for (const Tensor& parameter : groups()[0].parameters) total += parameter.size();
  return total;
}

// --- parameters and gradients as one vector

Tensor LBFGS::flat_gradient() const {
  const Tensor flat = Tensor::uninitialized({size()}, dtype());
  auto* to = static_cast<std::byte*>(flat.mutable_data());
  for (const Tensor& parameter : groups()[0].parameters) {
    const std::size_t bytes = parameter.size() * item_bytes(dtype());
    const Tensor gradient = parameter.grad();
    if (gradient.defined()) {
      check_gradient(parameter, gradient);
      std::memcpy(to, gradient.contiguous().raw_data(), bytes);
    } else {
      std::memset(to, 0, bytes);
    }
    to += bytes;
  }
  return flat;
}

void LBFGS::move(double t, const Tensor& direction) const {
  const Tensors& parameters = groups()[0].parameters;
  std::vector<std::size_t> sizes, offsets;
  std::size_t offset = 0;
  for (const Tensor& parameter : parameters) {
    sizes.push_back(parameter.size());
    offsets.push_back(offset);
    offset += parameter.size() * item_bytes(dtype());
  }
  const UpdateLoops& loops = update_loops(dtype());
  const auto* from = static_cast<const std::byte*>(direction.raw_data());
  sweep_arrays(sizes, kernels::parallel_grain, [&](std::size_t i, std::size_t begin, std::size_t end) {
    loops.sgd({.terms = {}, .rate = -t, .momentum = 0.0, .take = 1.0, .nesterov = false},
              {parameters[i].mutable_data(), from + offsets[i], {}, begin, end});
  });
  for (const Tensor& parameter : parameters) parameter.impl()->storage->bump_version();
}

LBFGS::Evaluation LBFGS::evaluate(const Closure& closure) {
  Evaluation result;
  {
    const GradModeGuard recording(true);
    const profile::Op profiled(Phase::forward, "closure");
    result.loss = closure();
  }
  ++m_memory.func_evals;
  result.value = result.loss.item();
  result.gradient = flat_gradient();
  return result;
}

// --- directions

// Takes in how the gradient changed in the last iteration.
void LBFGS::remember(const Tensor& gradient) {
  Memory& m = m_memory;
  const Tensor y = gradient - m.prev_flat_grad, s = m.d * m.t;
  const double ys = inner_product(y, s);
  if (!(ys > 1e-10)) return;  // the Hessian would not stay positive definite
  if (m.old_dirs.size() == m_options.history_size) {
    m.old_dirs.pop_front();
    m.old_stps.pop_front();
    m.ro.pop_front();
  }
  m.old_dirs.push_back(y);
  m.old_stps.push_back(s);
  m.ro.push_back(1.0 / ys);
  m.H_diag = ys / inner_product(y, y);
}

// - H g, by the recursion in two loops.
Tensor LBFGS::direction(const Tensor& gradient) const {
  const Memory& m = m_memory;
  const std::size_t count = m.ro.size();
  std::vector<double> al(count);
  Tensor q = -gradient;
  for (std::size_t i = count; i-- > 0;) {
    al[i] = inner_product(m.old_stps[i], q) * m.ro[i];
    add_in_place(q, -al[i], m.old_dirs[i]);
  }
  q = q * m.H_diag;
  for (std::size_t i = 0; i < count; ++i) {
    const double be = inner_product(m.old_dirs[i], q) * m.ro[i];
    add_in_place(q, al[i] - be, m.old_stps[i]);
  }
  return q;
}

// --- steps

// Searches along the direction; the parameters are afterwards where they were.
LineSearchResult LBFGS::search(const Closure& closure, const LinePoint& start, double first_step) {
  const Tensors& parameters = groups()[0].parameters;
  Tensors before;
  for (const Tensor& parameter : parameters) before.push_back(parameter.detach().clone());
  const auto go_back = [&] {
    for (std::size_t i = 0; i < before.size(); ++i) parameters[i].assign(before[i]);
  };
  const auto at = [&](double t) {
    move(t, m_memory.d);
    try {
      const Evaluation now = evaluate(closure);
      go_back();
      return LinePoint{t, now.value, now.gradient, inner_product(now.gradient, m_memory.d)};
    } catch (...) {
      go_back();
      throw;
    }
  };
  return strong_wolfe(at, start, first_step, largest(m_memory.d), {});
}

void LBFGS::step() {
  throw Error(
      "LBFGS: step() needs what computes the loss anew: rule.step([&] { rule.zero_grad(); ...; return loss; })");
}

Tensor LBFGS::step(const Closure& closure) {
  const profile::Op profiled(Phase::optimizer, name().c_str(), ".step");
  const NoGrad guard;
  Memory& m = m_memory;
  const double lr = groups()[0].lr;
  const std::uint64_t evaluations_before = m.func_evals;
  const Evaluation first = evaluate(closure);
  double loss = first.value;
  Tensor gradient = first.gradient;
  if (largest(gradient) <= m_options.tolerance_grad) return first.loss;

  for (std::size_t iteration = 1; iteration <= m_options.max_iter; ++iteration) {
    if (++m.n_iter > 1) remember(gradient);
    m.d = direction(gradient);
    m.prev_flat_grad = gradient;
    m.prev_loss = loss;
    m.t = m.n_iter == 1 ? std::min(1.0, 1.0 / sum(abs(gradient)).item()) * lr : lr;
    const double slope = inner_product(gradient, m.d);
    if (slope > -m_options.tolerance_change) break;

    if (m_options.line_search_fn == LineSearch::strong_wolfe) {
      const LinePoint found = search(closure, {0.0, loss, gradient, slope}, m.t).point;
      loss = found.loss;
      gradient = found.gradient;
      m.t = found.t;
    }
    move(m.t, m.d);
    if (iteration == m_options.max_iter) break;
    if (m_options.line_search_fn == LineSearch::none) {
      const Evaluation now = evaluate(closure);
      loss = now.value;
      gradient = now.gradient;
    }
    if (m.func_evals - evaluations_before >= m_options.max_eval) break;
    if (largest(gradient) <= m_options.tolerance_grad) break;
    if (largest(m.d) * std::abs(m.t) <= m_options.tolerance_change) break;
    if (std::abs(loss - m.prev_loss) < m_options.tolerance_change) break;
  }
  return first.loss;
}

// --- saving and loading

StateDict LBFGS::state_dict() const {
  StateDict result;
  write_groups(result);
  const Memory& m = m_memory;
  if (m.func_evals == 0) return result;
  result.emplace("0.func_evals", Tensor(static_cast<std::int64_t>(m.func_evals)));
  result.emplace("0.n_iter", Tensor(static_cast<std::int64_t>(m.n_iter)));
  if (m.n_iter == 0) return result;
  const NoGrad guard;
  const auto rows = [&](const std::deque<Tensor>& vectors) {
    Tensors list;
    for (const Tensor& vector : vectors) list.push_back(reshape(vector, {1, static_cast<std::ptrdiff_t>(size())}));
    return list.empty() ? zeros({0, size()}, {.dtype = dtype()}) : concatenate(list, 0);
  };
  result.emplace("0.d", m.d);
  result.emplace("0.prev_flat_grad", m.prev_flat_grad);
  result.emplace("0.t", Tensor(m.t));
  result.emplace("0.H_diag", Tensor(m.H_diag));
  result.emplace("0.prev_loss", Tensor(m.prev_loss));
  result.emplace("0.old_dirs", rows(m.old_dirs));
  result.emplace("0.old_stps", rows(m.old_stps));
  result.emplace("0.ro", to_tensor({m.ro.begin(), m.ro.end()}));
  return result;
}

void LBFGS::load_state_dict(const StateDict& state) {
  const NoGrad guard;
  StateReader reader(name(), state);
  std::vector<Group> groups = read_groups(reader);
  Memory m;
  if (reader.has("0.func_evals")) m.func_evals = reader.count("0.func_evals");
  if (reader.has("0.n_iter")) m.n_iter = reader.count("0.n_iter");
  if (m.n_iter > 0) {
    m.d = reader.tensor("0.d", {size()}, dtype());
    m.prev_flat_grad = reader.tensor("0.prev_flat_grad", {size()}, dtype());
    m.t = reader.number("0.t");
    m.H_diag = reader.number("0.H_diag");
    m.prev_loss = reader.number("0.prev_loss");
    const std::size_t count = state.contains("0.ro") ? state.at("0.ro").size() : 0;
    for (double ro : reader.numbers("0.ro", count)) m.ro.push_back(ro);
    const Tensor dirs = reader.tensor("0.old_dirs", {count, size()}, dtype());
    const Tensor steps = reader.tensor("0.old_stps", {count, size()}, dtype());
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = static_cast<std::ptrdiff_t>(i);
      m.old_dirs.push_back(view(dirs, {row}).clone());
      m.old_stps.push_back(view(steps, {row}).clone());
    }
  }
  reader.finish();
  m_memory = std::move(m);
  set_groups(std::move(groups));
}

}  // namespace xtape::optim
