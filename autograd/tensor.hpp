#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <autograd/dtype.hpp>
#include <autograd/error.hpp>
#include <autograd/memory/intrusive_ptr.hpp>
#include <autograd/memory/storage.hpp>
#include <autograd/shape.hpp>
#include <autograd/xtensor.hpp>

namespace xtape {

class Tensor;
struct TensorImpl;
using Tensors = std::vector<Tensor>;

/// Named tensors, as a module's state_dict() gives and save() / load() write and read.
using StateDict = std::map<std::string, Tensor>;

/// What an array view holds to keep the memory alive; callable, as xtensor asks of the owner of a buffer.
struct KeepAlive {
  StoragePtr storage;
  void operator()() const noexcept {}
};

/// What `array<T>()` returns: an xtensor expression over the tensor's own memory, read-only. It keeps the memory alive.
template <class T>
using ArrayView =
    xt::xarray_adaptor<xt::xbuffer_adaptor<const T*, xt::smart_ownership, KeepAlive>, xt::layout_type::dynamic, Shape>;

/// How backward() runs.
struct BackwardOptions {
  bool retain_graph = false;  ///< keep what the nodes saved, so that backward can run again
  bool create_graph = false;  ///< record the backward pass itself, so that gradients can be differentiated
};

/// A handle on an n-dimensional array with a run-time dtype. Copying a Tensor copies the handle, not the values: both
/// name the same array. An operation on tensors computes at once and, where an input requires a gradient, is recorded
/// on the tape.
class Tensor {
 public:
  /// No tensor at all; defined() is false.
  Tensor() noexcept = default;
  inline Tensor(const Tensor& other) noexcept;
  Tensor(Tensor&& other) noexcept = default;
  Tensor& operator=(const Tensor& other) noexcept = default;
  Tensor& operator=(Tensor&& other) noexcept = default;

  /// A copy of the values of any xtensor expression; the dtype follows its value type (integers become int64).
  /// Example: `Tensor x = xt::xarray<double>{{1, 2}, {3, 4}};`
  template <class E>
  requires xt::is_xexpression<std::decay_t<E>>::value Tensor(const E& expression)
      : Tensor(uninitialized(shape_of(expression), dtype_of<typename E::value_type>())) {
    visit_dtype(dtype(), [&]<class T>(TypeTag<T>) {
      std::transform(expression.template begin<xt::layout_type::row_major>(),
                     expression.template end<xt::layout_type::row_major>(), static_cast<T*>(mutable_data()),
                     [](const auto& value) { return static_cast<T>(value); });
    });
  }

  /// A scalar tensor, shape (); the dtype follows the C++ type. Example: `Tensor(100.0)`, float64.
  template <class T>
  requires std::is_arithmetic_v<T> Tensor(T value) : Tensor(uninitialized({}, dtype_of<T>())) {
    visit_dtype(dtype(), [&]<class U>(TypeTag<U>) { *static_cast<U*>(mutable_data()) = static_cast<U>(value); });
  }

  /// A contiguous tensor whose values are whatever the memory held; for code that fills it at once.
  static Tensor uninitialized(const Shape& shape, DType dtype);
  /// The same with the axes in memory in the order of `strides`, which leave no gaps.
  static Tensor uninitialized(const Shape& shape, DType dtype, const Strides& strides);

  // --- what it is

  bool defined() const noexcept { return static_cast<bool>(m_impl); }
  inline const Shape& shape() const;
  /// Size along one axis; negative axes count from the back. Throws IndexError.
  std::size_t shape(std::ptrdiff_t axis) const;
  inline const Strides& strides() const;
  inline DType dtype() const;
  std::size_t dimension() const { return shape().size(); }
  inline std::size_t size() const;
  inline bool is_contiguous() const;
  /// Whether two handles name the same tensor.
  bool is_same(const Tensor& other) const noexcept { return m_impl.get() == other.m_impl.get(); }

  // --- its values

  /// One element, converted to T. Without an index the tensor must have exactly one element (ShapeError); the index is
  /// row-major over all elements, negative from the back (IndexError). Example: `loss.item()`, `x.item<float>(3)`.
  template <class T = double>
  T item() const {
    return item_as<T>(only_element());
  }
  template <class T = double>
  T item(std::ptrdiff_t flat_index) const {
    return item_as<T>(element_address(flat_index));
  }

  /// The values as an xtensor expression, without a copy where no stride is negative. T must be the dtype's own type
  /// (DtypeError). Example: `auto a = x.array<float>(); a(0, 1);`
  template <class T>
  ArrayView<T> array() const {
    check_type(dtype_of<T>(), "array");
    const Tensor source = readable_by_xtensor();
    const auto* first = static_cast<const T*>(source.raw_data());
    using Buffer = xt::xbuffer_adaptor<const T*, xt::smart_ownership, KeepAlive>;
    return ArrayView<T>(Buffer(first, source.size(), KeepAlive{source.storage()}), source.shape(), source.strides());
  }

  /// Pointer to the first element of a contiguous tensor. T must be the dtype's own type (DtypeError).
  template <class T>
  const T* data() const {
    check_type(dtype_of<T>(), "data");
    if (!is_contiguous())
      throw ShapeError("data: the elements do not lie in memory in row-major order; call contiguous() first");
    return static_cast<const T*>(raw_data());
  }

  /// A single element as a scalar tensor, recorded as a view. Throws IndexError. Example: `x(0, 1)`.
  template <std::integral... Index>
  Tensor operator()(Index... index) const {
    return element({static_cast<std::ptrdiff_t>(index)...});
  }

  /// Overwrites the values in place with those of `source`, broadcast to this shape and converted to this dtype.
  /// Throws ShapeError where it does not broadcast, GradError where the write would escape the tape: on a tensor that
  /// requires a gradient while recording (see NoGrad).
  void assign(const Tensor& source) const;

  /// Makes every handle on this leaf name the memory of `source`, with its shape and dtype: how a module changes the
  /// dtype of its parameters in place. A gradient that does not fit any more is forgotten, and a graph that saved the
  /// old values cannot run backward (GradError). Throws GradError where an operation produced the tensor, DtypeError
  /// where it requires a gradient and `source` is not floating. Example: `w.set_data(astype(w.detach(), float64))`.
  void set_data(const Tensor& source) const;

  // --- gradients

  inline bool requires_grad() const noexcept;
  /// Turns recording on or off for a tensor that no operation produced (GradError), of a floating dtype (DtypeError).
  Tensor requires_grad_(bool requires_grad = true) const;
  /// Whether it was made by the user rather than by a recorded operation.
  bool is_leaf() const noexcept;
  /// What backward() accumulated; undefined before.
  Tensor grad() const;
  /// Forgets the accumulated gradient.
  void zero_grad() const;
  /// Replaces the accumulated gradient. Throws ShapeError or DtypeError where it does not match this tensor.
  void set_grad(const Tensor& gradient) const;
  /// Keeps the gradient of an intermediate result, too, when backward() passes it.
  Tensor retain_grad() const;

  /// Calls `hook(gradient)` whenever backward has the whole gradient of this tensor, before it is accumulated or handed
  /// on. What the hook returns, if it returns a defined tensor, takes the gradient's place; its shape and dtype must be
  /// the same. Returns the number to remove it by. Throws GradError where the tensor requires no gradient.
  /// Example: `x.register_hook([](const Tensor& g) { return clip(g, -1.0, 1.0); })`
  template <std::invocable<const Tensor&> Hook>
  unsigned register_hook(Hook hook) const {
    if constexpr (std::is_void_v<std::invoke_result_t<Hook&, const Tensor&>>) {
      return add_hook([hook = std::move(hook)](const Tensor& gradient) mutable {
        hook(gradient);
        return Tensor();
      });
    } else {
      return add_hook(std::move(hook));
    }
  }
  /// Removes the hook with that number. Throws GradError where there is none.
  void remove_hook(unsigned number) const;

  /// Computes the gradient of this scalar with respect to every leaf that it depends on and adds it to their grad().
  /// Throws GradError where nothing requires a gradient, where the tensor is not a scalar and no gradient is given, or
  /// where the graph was freed by an earlier backward.
  void backward(BackwardOptions options = {}) const;
  /// The same from a given gradient of this tensor's shape.
  void backward(const Tensor& gradient, BackwardOptions options = {}) const;

  /// The same values without their history; shares the memory.
  Tensor detach() const;
  /// A contiguous copy of values, recorded on the tape.
  Tensor clone() const;
  /// This tensor if it is contiguous, else a contiguous copy.
  Tensor contiguous() const;

  // --- for people

  /// Gives the tensor a name that errors and graph pictures use.
  Tensor named(std::string name) const;
  const std::string& name() const;
  /// Name of the operation that produced it; "" for a leaf.
  std::string op_name() const;

  // --- for the library's own code

  using Impl = IntrusivePtr<TensorImpl>;
  explicit Tensor(Impl impl) noexcept : m_impl(std::move(impl)) {}
  TensorImpl* impl() const noexcept { return m_impl.get(); }
  inline const void* raw_data() const;
  inline void* mutable_data() const;
  StoragePtr storage() const;

 private:
  inline const TensorImpl& checked() const;
  [[noreturn]] static void throw_undefined();
  template <class E>
  static Shape shape_of(const E& expression) {
    return Shape(expression.shape().begin(), expression.shape().end());
  }
  template <class T>
  T item_as(const void* element) const {
    return visit_dtype(dtype(), [&]<class U>(TypeTag<U>) { return static_cast<T>(*static_cast<const U*>(element)); });
  }
  unsigned add_hook(std::function<Tensor(const Tensor&)> hook) const;
  const void* only_element() const;
  const void* element_address(std::ptrdiff_t flat_index) const;
  Tensor element(std::initializer_list<std::ptrdiff_t> index) const;
  void check_type(DType asked, const char* op) const;
  Tensor readable_by_xtensor() const;

  Impl m_impl;
};

/// NumPy-like: values, shape and dtype; long arrays are abbreviated.
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
std::string to_string(const Tensor& tensor);

}  // namespace xtape

#include <autograd/tensor_impl.hpp>  // completes the handle: Tensor's copies and moves need the record's count

namespace xtape {

inline Tensor::Tensor(const Tensor& other) noexcept
    : m_impl(other.m_impl && other.m_impl->extras && other.m_impl->extras->stand_in
                 ? other.m_impl->extras->stand_in->m_impl
                 : other.m_impl) {}
inline const TensorImpl& Tensor::checked() const {
  if (!m_impl) [[unlikely]]
    throw_undefined();
  return *m_impl;
}
inline const Shape& Tensor::shape() const { return checked().shape; }
inline const Strides& Tensor::strides() const { return checked().strides; }
inline DType Tensor::dtype() const { return checked().dtype; }
inline std::size_t Tensor::size() const { return checked().size; }
inline bool Tensor::is_contiguous() const { return checked().contiguous; }
inline bool Tensor::requires_grad() const noexcept { return m_impl && m_impl->node; }
inline const void* Tensor::raw_data() const { return checked().data; }
inline void* Tensor::mutable_data() const { return checked().data; }

}  // namespace xtape
