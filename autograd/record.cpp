#include <autograd/record.hpp>

namespace xtape {

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
}

const std::byte* SavedOutput::data() const {
  if (m_storage->version() != m_version) throw_changed("its own result", m_version, m_storage->version());
  return m_data;
}

Tensor SavedOutput::get(Node& node) const {
  data();
  if (node.output()) return Tensor(Tensor::Impl::share(node.output()));
  // The handle is gone, the memory is not: a new record over it, with the same history.
  return Tensor(TensorImpl::over(m_storage, m_data, node));
}

}  // namespace xtape
