#include <optim/moving_average.hpp>

#include <algorithm>
#include <autograd/ops/shape.hpp>
#include <autograd/tape.hpp>
#include <optim/state_reader.hpp>
#include <optim/sweep.hpp>
#include <optim/update_loops.hpp>

namespace xtape::optim {

namespace {
constexpr const char* owner = "ExponentialMovingAverage";
}

ExponentialMovingAverage::ExponentialMovingAverage(const Tensors& parameters, const Options& options)
    : m_options(options), m_parameters(parameters) {
  const std::string name = owner;
  if (!(options.decay >= 0.0 && options.decay <= 1.0)) {
    throw Error(name + ": decay must be in [0, 1], not " + std::to_string(options.decay));
  }
  if (parameters.empty()) throw Error(name + ": the list of parameters is empty");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string which = name + ": parameter " + std::to_string(i);
    if (!parameters[i].defined()) throw Error(which + " is undefined");
    if (!is_floating(parameters[i].dtype())) {
      throw DtypeError(which + " is " + to_string(parameters[i].dtype()) + "; it must be float32 or float64");
    }
    if (!parameters[i].is_contiguous()) throw ShapeError(which + " is a strided view; average a contiguous tensor");
    const NoGrad guard;
    m_averages.push_back(parameters[i].detach().clone());
  }
}

void ExponentialMovingAverage::check_swapped(const char* what) const {
  if (m_swapped) throw Error(std::string(owner) + ": " + what + ": the averages are swapped in; call swap() before");
}

void ExponentialMovingAverage::update() {
  check_swapped("update");
  const NoGrad guard;
  std::vector<std::size_t> sizes;
  Tensors averages;
  for (std::size_t i = 0; i < m_parameters.size(); ++i) {
    const Tensor& parameter = m_parameters[i];
    if (parameter.shape() != m_averages[i].shape() || !parameter.is_contiguous()) {
      throw ShapeError(std::string(owner) + ": parameter " + std::to_string(i) + " has the shape " +
                       to_string(parameter.shape()) + " by now, not " + to_string(m_averages[i].shape()));
    }
    averages.push_back(astype(m_averages[i], parameter.dtype()));  // the module may have moved to another dtype
    sizes.push_back(parameter.size());
  }
  m_averages.swap(averages);
  const double keep = m_updates == 0 ? 0.0 : m_options.decay;
  sweep_arrays(sizes, kernels::parallel_grain, [&](std::size_t i, std::size_t begin, std::size_t end) {
    update_loops(m_parameters[i].dtype())
        .average({keep}, {m_averages[i].mutable_data(), m_parameters[i].raw_data(), {}, begin, end});
  });
  ++m_updates;
}

void ExponentialMovingAverage::swap() {
  const NoGrad guard;
  Tensors weights;
  for (const Tensor& parameter : m_parameters) weights.push_back(parameter.detach().clone());
  copy_to();
  m_averages.swap(weights);
  m_swapped = !m_swapped;
}

void ExponentialMovingAverage::copy_to() const {
  const NoGrad guard;
  for (std::size_t i = 0; i < m_parameters.size(); ++i) m_parameters[i].assign(m_averages[i]);
}

StateDict ExponentialMovingAverage::state_dict() const {
  check_swapped("state_dict");
  StateDict result{{"n_averaged", Tensor(static_cast<std::int64_t>(m_updates))}};
  for (std::size_t i = 0; i < m_averages.size(); ++i) {
    result.emplace("averages." + std::to_string(i), m_averages[i]);
  }
  return result;
}

void ExponentialMovingAverage::load_state_dict(const StateDict& state) {
  check_swapped("load_state_dict");
  StateReader reader(owner, state);
  const std::uint64_t updates = reader.count("n_averaged");
  Tensors averages;
  for (std::size_t i = 0; i < m_averages.size(); ++i) {
    averages.push_back(reader.tensor("averages." + std::to_string(i), m_averages[i].shape(), m_parameters[i].dtype()));
  }
  reader.finish();
  m_averages.swap(averages);
  m_updates = updates;
}

}  // namespace xtape::optim
