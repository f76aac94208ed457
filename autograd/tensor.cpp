#include <autograd/kernels/strided.hpp>
#include <autograd/profile.hpp>
#include <autograd/tape.hpp>

#include <new>

namespace xtape {

// --- the record

namespace {

// A leaf's node collects what arrives for it; it is the end of the walk.
class LeafNode final : public Node {
 public:
  const char* name() const noexcept override { return "leaf"; }
  std::span<const NodePtr> inputs() const noexcept override { return {}; }
  void propagate(Tensor, GradientSink&) override {}
  void release_saved() noexcept override {}
  bool is_leaf() const noexcept override { return true; }
};

}  // namespace

Tensor::Impl TensorImpl::in_new_block() {
  constexpr std::size_t bytes = sizeof(Storage) + sizeof(TensorImpl);
  static_assert(sizeof(Storage) % alignof(TensorImpl) == 0);
  auto* block = static_cast<std::byte*>(memory::allocate_block(memory::BlockKind::tensor, bytes));
  new (block) Storage(bytes);
  return Tensor::Impl::adopt(new (block + sizeof(Storage)) TensorImpl);
}

Tensor::Impl TensorImpl::create(const Shape& shape, DType dtype) {
  auto impl = in_new_block();
  if (!shape.empty()) {
    impl->shape = shape;
    impl->strides.resize(shape.size());
    for (std::size_t i = shape.size(); i-- > 0;) {
      impl->strides[i] = static_cast<std::ptrdiff_t>(impl->size);
      impl->size *= shape[i];
    }
  }
  impl->dtype = dtype;
  impl->storage->allocate(impl->size * item_bytes(dtype));
  impl->data = impl->storage->data();
  return impl;
}

Tensor::Impl TensorImpl::create(const Shape& shape, DType dtype, const Strides& strides) {
  auto impl = create(shape, dtype);
  impl->strides = strides;
  impl->contiguous = is_contiguous(shape, strides);
  return impl;
}

Tensor::Impl TensorImpl::view(const TensorImpl& base, Shape shape, Strides strides, std::ptrdiff_t offset) {
  auto impl = in_new_block();
  impl->storage = base.storage;
  impl->storage->retain();
  impl->shape = std::move(shape);
  impl->strides = std::move(strides);
  impl->size = element_count(impl->shape);
  impl->contiguous = is_contiguous(impl->shape, impl->strides);
  impl->dtype = base.dtype;
  impl->data = base.data + offset * static_cast<std::ptrdiff_t>(item_bytes(base.dtype));
  return impl;
}

Tensor::Impl TensorImpl::over(const StoragePtr& storage, std::byte* data, const Strides* strides, Node& node) {
  auto impl = in_new_block();
  impl->storage = storage.get();
  impl->storage->retain();
  impl->shape = node.shape();
  impl->strides = strides ? *strides : contiguous_strides(impl->shape);
  impl->contiguous = is_contiguous(impl->shape, impl->strides);
  impl->size = element_count(impl->shape);
  impl->dtype = node.dtype();
  impl->data = data;
  node.retain();
  node.attach_to(*impl);
  return impl;
}

void TensorImpl::share_memory_of(const TensorImpl& source) {
  Shape new_shape = source.shape;  // copied before anything changes: they may allocate
  Strides new_strides = source.strides;
  Storage& block = own();
  source.storage->bump_version_beyond(storage->version());
  if (source.storage != &block) source.storage->retain();
  if (storage != &block) storage->release();
  if (source.storage != &block && block.unique()) block.allocate(0);  // nobody can see the old values any more
  storage = source.storage;
  data = source.data;
  dtype = source.dtype;
  size = source.size;
  contiguous = source.contiguous;
  shape = std::move(new_shape);
  strides = std::move(new_strides);
  if (node) node->attach_to(*this);  // a leaf's node collects gradients of the new shape and dtype
}

void TensorImpl::destroy() noexcept {
  if (node) {
    if (node->output() == this) node->forget_output();
    std::exchange(node, nullptr)->release();
  }
  Storage& block = own();
  if (storage != &block) storage->release();
  this->~TensorImpl();
  block.release();  // frees the block, now or when the last view of its bytes goes
}

// --- what a tensor is

void Tensor::throw_undefined() {
  throw Error("an undefined tensor was used: it was default-constructed and never set");
}

Tensor Tensor::uninitialized(const Shape& shape, DType dtype) { return Tensor(TensorImpl::create(shape, dtype)); }

Tensor Tensor::uninitialized(const Shape& shape, DType dtype, const Strides& strides) {
  return Tensor(TensorImpl::create(shape, dtype, strides));
}

std::size_t Tensor::shape(std::ptrdiff_t axis) const { return shape()[normalize_axis(axis, dimension(), "shape")]; }

// --- values

const void* Tensor::only_element() const {
  if (size() != 1) {
    throw ShapeError("item: a tensor of shape " + to_string(shape()) + " has " + std::to_string(size()) +
                     " elements; give a flat index, or reduce it first");
  }
  return raw_data();
}

const void* Tensor::element_address(std::ptrdiff_t flat_index) const {
  const auto count = static_cast<std::ptrdiff_t>(size());
  if (flat_index < -count || flat_index >= count) {
    throw IndexError("item: index " + std::to_string(flat_index) + " of a tensor of shape " + to_string(shape()) +
                     " with " + std::to_string(count) + " elements");
  }
  auto rest = static_cast<std::size_t>(flat_index < 0 ? flat_index + count : flat_index);
  std::ptrdiff_t offset = 0;
  for (std::size_t axis = dimension(); axis-- > 0;) {
    offset += static_cast<std::ptrdiff_t>(rest % shape()[axis]) * strides()[axis];
    rest /= shape()[axis];
  }
  return impl()->data + offset * static_cast<std::ptrdiff_t>(item_bytes(dtype()));
}

void Tensor::check_type(DType asked, const char* op) const {
  if (asked == dtype()) return;
  throw DtypeError(std::string(op) + "<" + to_string(asked) + ">: the tensor of shape " + to_string(shape()) +
                   " holds " + to_string(dtype()) + "; ask for that type, or convert with astype()");
}

Tensor Tensor::readable_by_xtensor() const {
  const auto& steps = strides();
  const bool backwards = std::any_of(steps.begin(), steps.end(), [](std::ptrdiff_t stride) { return stride < 0; });
  return backwards ? contiguous() : *this;
}

void Tensor::assign(const Tensor& source) const {
  if (grad_enabled() && requires_grad()) {
    throw GradError("assign: the tensor" + (name().empty() ? "" : " '" + name() + "'") + " of shape " +
                    to_string(shape()) +
                    " requires a gradient, and a write in place is not recorded; "
                    "put it inside a NoGrad scope, or assign to detach()");
  }
  if (!broadcasts_to(source.shape(), shape())) {
    throw ShapeError("assign: values of shape " + to_string(source.shape()) + " do not broadcast to " +
                     to_string(shape()));
  }
  const profile::Op profiled("assign", source);
  if (profile::active()) profile::count_bytes(profile::bytes_of(source) + profile::bytes_of(*this));
  // Values that share memory with the target are read before the first is overwritten.
  const Tensor values = source.impl()->storage == impl()->storage ? source.detach().clone() : source;
  kernels::strided_copy(
      {values.raw_data(), values.dtype(), broadcast_strides(values.shape(), values.strides(), shape())},
      {mutable_data(), dtype(), strides()}, shape());
  impl()->storage->bump_version();
}

void Tensor::set_data(const Tensor& source) const {
  checked();
  if (!is_leaf()) {
    throw GradError("set_data: the tensor of shape " + to_string(shape()) + " is the result of " + op_name() +
                    "; only a leaf can be given other values");
  }
  if (requires_grad() && !is_floating(source.dtype())) {
    throw DtypeError(std::string("set_data: the tensor requires a gradient, which ") + to_string(source.dtype()) +
                     " values cannot have; give float32 or float64");
  }
  impl()->share_memory_of(source.checked());
  const Tensor gradient = grad();
  if (gradient.defined() && (gradient.shape() != shape() || gradient.dtype() != dtype())) zero_grad();
}

StoragePtr Tensor::storage() const { return StoragePtr::share(impl()->storage); }

// --- gradients

bool Tensor::is_leaf() const noexcept { return !requires_grad() || impl()->node->is_leaf(); }

Tensor Tensor::requires_grad_(bool requires_grad) const {
  if (requires_grad == this->requires_grad()) return *this;
  if (!is_leaf()) {
    throw GradError("requires_grad_: the tensor is the result of " + op_name() +
                    "; recording is turned off for leaves only; use detach()");
  }
  if (!is_floating(dtype())) {
    throw DtypeError(std::string("requires_grad_: only float32 and float64 have gradients, not ") + to_string(dtype()));
  }
  if (requires_grad) {
    (new LeafNode)->attach_to(*impl());
  } else {
    impl()->node->forget_output();
    std::exchange(impl()->node, nullptr)->release();
  }
  return *this;
}

Tensor Tensor::grad() const { return checked().extras ? impl()->extras->gradient : Tensor(); }

void Tensor::zero_grad() const {
  if (checked().extras) impl()->extras->gradient = Tensor();
}

void Tensor::set_grad(const Tensor& gradient) const {
  if (gradient.defined() && gradient.shape() != shape()) {
    throw ShapeError("set_grad: a gradient of shape " + to_string(gradient.shape()) + " for a tensor of shape " +
                     to_string(shape()));
  }
  if (gradient.defined() && gradient.dtype() != dtype()) {
    throw DtypeError(std::string("set_grad: a gradient of ") + to_string(gradient.dtype()) + " for a tensor of " +
                     to_string(dtype()));
  }
  impl()->ensure_extras().gradient = gradient;
}

Tensor Tensor::retain_grad() const {
  if (!requires_grad()) throw GradError("retain_grad: the tensor requires no gradient");
  impl()->ensure_extras().retains_gradient = true;
  return *this;
}

unsigned Tensor::add_hook(std::function<Tensor(const Tensor&)> hook) const {
  if (!requires_grad()) throw GradError("register_hook: the tensor requires no gradient");
  auto& hooks = impl()->node->ensure_extras().hooks;
  const unsigned number = hooks.empty() ? 0 : hooks.rbegin()->first + 1;
  hooks.emplace(number, std::move(hook));
  return number;
}

void Tensor::remove_hook(unsigned number) const {
  if (!requires_grad() || !impl()->node->extras() || impl()->node->ensure_extras().hooks.erase(number) == 0) {
    throw GradError("remove_hook: the tensor has no hook number " + std::to_string(number));
  }
}

void Tensor::backward(BackwardOptions options) const { backward(Tensor(), options); }

Tensor Tensor::detach() const { return Tensor(TensorImpl::view(checked(), shape(), strides())); }

// --- for people

Tensor Tensor::named(std::string name) const {
  checked();
  impl()->ensure_extras().name = std::move(name);
  return *this;
}

const std::string& Tensor::name() const {
  static const std::string none;
  return checked().extras ? impl()->extras->name : none;
}

std::string Tensor::op_name() const { return is_leaf() ? "" : impl()->node->name(); }

}  // namespace xtape
