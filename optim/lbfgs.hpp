#pragma once

#include <cstdint>
#include <deque>

#include <optim/line_search.hpp>
#include <optim/optimizer.hpp>

namespace xtape::optim {

/// How LBFGS finds the length of a step: lr itself, or a step that meets the strong Wolfe conditions.
enum class LineSearch { none, strong_wolfe };

/// Limited-memory BFGS (Nocedal 1980; Liu and Nocedal 1989), as PyTorch's: a quasi-Newton rule for a loss over the
/// whole data. Each step() does up to max_iter iterations. With s_i the last changes of all parameters as one vector,
/// y_i those of the gradient g, and H the inverse Hessian that they give (from y.s / y.y times the identity), an
/// iteration is p <- p - t H g; t is lr or found by a line search, the first time with 1 / |g|_1 where that is below 1.
/// The parameters have one dtype, and options in common. Throws Error for options outside their ranges, DtypeError for
/// parameters of both dtypes.
/// Example: `optim::LBFGS rule(net.parameters(), {.line_search_fn = optim::LineSearch::strong_wolfe});
/// rule.step([&] { rule.zero_grad(); Tensor loss = nn::mse_loss(net(x), y); loss.backward(); return loss; });`
class LBFGS : public Optimizer {
 public:
  struct Options {
    double lr = 1.0;                 ///< step size, or the line search's first try, >= 0
    std::size_t max_iter = 20;       ///< most iterations of a step, >= 1
    std::size_t max_eval = 0;        ///< no iteration starts after so many evaluations; 0: max_iter * 5 / 4
    double tolerance_grad = 1e-7;    ///< ends a step where no element of the gradient is larger
    double tolerance_change = 1e-9;  ///< ends a step where neither a parameter nor the loss changes more
    std::size_t history_size = 100;  ///< how many changes are remembered, >= 1
    LineSearch line_search_fn = LineSearch::none;
  };

  explicit LBFGS(const Tensors& parameters) : LBFGS(parameters, Options()) {}
  LBFGS(const Tensors& parameters, const Options& options);

  /// Throws Error: this rule needs the closure.
  void step() override;
  /// Calls `closure`, which forgets the gradients, runs backward and gives the loss, again and again, and gives what it
  /// returned first. A parameter without a gradient stays. Throws GradError for a gradient that does not fit its
  /// parameter; whatever the closure throws in a line search, the parameters are those of the last iteration.
  Tensor step(const Closure& closure) override;

  /// "0.n_iter", "0.func_evals", "0.d" ... as PyTorch's, with the lists "old_dirs" and "old_stps" as rows of a matrix
  /// and "ro" as a vector.
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 private:
  struct Memory {
    std::uint64_t func_evals = 0, n_iter = 0;
    Tensor d, prev_flat_grad;      // direction and gradient of the last iteration
    double t = 0.0, H_diag = 1.0;  // its step; the first inverse Hessian is H_diag times the identity
    double prev_loss = 0.0;
    std::deque<Tensor> old_dirs, old_stps;  // changes of the gradient and of the parameters, oldest first
    std::deque<double> ro;                  // 1 / (y.s)
  };
  struct Evaluation {
    Tensor loss;
    double value = 0.0;
    Tensor gradient;
  };

  std::size_t size() const;
  DType dtype() const { return groups()[0].parameters[0].dtype(); }
  Evaluation evaluate(const Closure& closure);
  Tensor flat_gradient() const;
  void move(double t, const Tensor& direction) const;
  void remember(const Tensor& gradient);
  Tensor direction(const Tensor& gradient) const;
  LineSearchResult search(const Closure& closure, const LinePoint& start, double first_step);

  Options m_options;
  Memory m_memory;
};

}  // namespace xtape::optim
