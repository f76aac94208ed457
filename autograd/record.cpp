#include <autograd/forward.hpp>
#include <autograd/record.hpp>

namespace xtape {

constinit thread_local SavedCollector* SavedCollector::t_innermost = nullptr;

namespace {

[[noreturn]] void throw_changed(const std::string& what, std::uint32_t saved, std::uint32_t now) {
  throw GradError(std::string(t_running_node ? t_running_node->name() : "saved") + ": backward needs " + what +
                  ", which was changed in place since it was saved (version " + std::to_string(saved) + ", now " +
                  std::to_string(now) + "); change a clone() of it, or change it after backward");
}

}  // namespace

void Saved::changed_in_place() const {
  const std::string name = m_tensor.name().empty() ? "" : " '" + m_tensor.name() + "'";
  throw_changed("its input" + name + " of shape " + to_string(m_tensor.shape()), m_version,
                m_tensor.impl()->storage->version());
}

void SavedOutput::keep(const TensorImpl& output) {
  m_storage = StoragePtr::share(output.storage);
  m_data = output.data;
  m_version = output.storage->version();
  if (!output.contiguous) m_strides = std::make_unique<Strides>(output.strides);
  if (t_forward_level != 0 && output.extras) {
    m_tangents = std::make_unique<std::vector<TensorImpl::Tangent>>(output.extras->tangents);
  }
}

const std::byte* SavedOutput::data() const {
  if (m_storage->version() != m_version) throw_changed("its own result", m_version, m_storage->version());
  return m_data;
}

Tensor SavedOutput::get(Node& node) const {
  data();
  if (node.output()) return Tensor(Tensor::Impl::share(node.output()));
  // The handle is gone, the memory is not: a new record over it, with the same history.
  Tensor output(TensorImpl::over(m_storage, m_data, strides(), node));
  if (m_tangents) output.impl()->ensure_extras().tangents = *m_tangents;
  return output;
}

bool is_recorded(const Tensors& inputs) noexcept {
  return grad_enabled() &&
         std::any_of(inputs.begin(), inputs.end(), [](const Tensor& input) { return input.requires_grad(); });
}

Tensor alias(const Tensor& x) {
  const profile::Op profiled("alias", x);
  return record("alias", x.detach(), From{x, [](const Tensor& g) { return g; }});
}

Tensor entry(const Tensor& x, bool create_graph, bool wanted) {
  const GradModeGuard mode(create_graph);
  const Tensor place = alias(x);
  return wanted && is_floating(x.dtype()) && !place.requires_grad() ? place.requires_grad_() : place;
}

void watch(const char* name, const Tensor& result, std::span<const Tensor* const> inputs,
           std::span<const WatchedRule> rules) {
  if (t_forward_level != 0) {
    forward::carry(result, inputs, [&](std::size_t i, const Tensor& tangent) {
      return forward::through_rule([&](const Tensor& upstream) { return rules[i](upstream, result); }, result,
                                   *inputs[i], tangent);
    });
  }
  if (anomaly::detecting()) anomaly::check_forward(name, result, inputs);
}

}  // namespace xtape
