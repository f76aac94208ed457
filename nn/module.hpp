#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <autograd/tensor.hpp>

/// Layers, containers, losses, initialisers and metrics, with PyTorch's names, shapes and defaults.
namespace xtape::nn {

class Module;

/// Tensors with their names, in the order in which they were registered.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
/// A module's direct children with their names, in order.
using NamedModules = std::vector<std::pair<std::string, std::shared_ptr<Module>>>;

/// How load_state_dict() treats what does not match.
struct LoadOptions {
  bool strict = true;  ///< whatever does not match is an error; otherwise it is left out and reported
};

/// Which names of a state dict did not match the module's.
struct LoadReport {
  std::vector<std::string> missing;     ///< the module has them, the state dict does not
  std::vector<std::string> unexpected;  ///< the state dict has them, the module does not
  std::vector<std::string> misshaped;   ///< both have them, in different shapes
};

/// What layers and models derive from: named parameters (learned), buffers (kept, not learned) and child modules.
///
/// A module is a handle, as a Tensor is: a copy shares the parameters, the buffers, the children and the training flag
/// of the original. Members hold the same handles that are registered, so values are changed in place (`assign` under
/// NoGrad), never by giving the member another tensor. In a module's own functions add() is this class's: the sum of
/// two tensors is `a + b` or `xtape::add(a, b)` there.
///
///     struct Net : nn::Module {
///       nn::Linear fc1 = add("fc1", nn::Linear(784, 50));
///       nn::Linear fc2 = add("fc2", nn::Linear(50, 10));
///       Tensor forward(const Tensor& x) override { return fc2(relu(fc1(x))); }
///     };
class Module {
 public:
  virtual ~Module();

  /// What the module computes; derived modules override it. A module that takes something else than one tensor gives
  /// itself another function instead. Throws Error where it was not overridden.
  virtual Tensor forward(const Tensor& x);
  /// Calls forward(), and the hooks before and after it. Example: `net(x)`.
  Tensor operator()(const Tensor& x);
  /// Whether two handles name the same module.
  bool is_same(const Module& other) const noexcept { return m_state == other.m_state; }

  // --- what it holds

  /// Every parameter with its path: the module's own, then those of each child behind the child's name and a dot,
  /// "fc1.weight". A parameter that several modules share is listed once, under its first name.
  NamedTensors named_parameters() const;
  Tensors parameters() const;
  /// Every buffer, in the same way.
  NamedTensors named_buffers() const;
  /// The number of elements of all parameters.
  std::size_t parameter_count() const;
  /// The direct children. They are handles on the same state as the members that add() returned.
  const NamedModules& named_children() const noexcept;
  /// Calls `function` with every module below this one, children before their parents, and with this one last.
  /// Example: `net.apply([](nn::Module& m) { std::cout << m.parameter_count() << '\n'; });`
  void apply(const std::function<void(Module&)>& function);

  // --- hooks

  /// Called with the module and its input before forward(); a defined tensor that it returns takes the input's place.
  using PreHook = std::function<Tensor(Module& module, const Tensor& x)>;
  /// Called with the module, its input and its output; a defined tensor that it returns takes the output's place.
  using Hook = std::function<Tensor(Module& module, const Tensor& x, const Tensor& y)>;
  /// Registers a hook with every handle on this module; returns the number to remove it by.
  /// Example: `net[0].register_forward_hook([&](nn::Module&, const Tensor&, const Tensor& y) { seen = y; return
  /// Tensor(); })`
  unsigned register_forward_pre_hook(PreHook hook);
  unsigned register_forward_hook(Hook hook);
  /// Throws Error where there is no hook of that number.
  void remove_hook(unsigned number);

  /// Multiplications that one call with this input and output takes, each with its addition; for summary(). A layer
  /// that is made of others counts nothing itself.
  virtual std::size_t multiply_adds(const Tensor& x, const Tensor& y) const;

  // --- how it behaves

  /// Sets training mode, here and in every child: dropout drops, batch normalisation uses the batch's own statistics.
  void train(bool training = true);
  /// The same as train(false).
  void eval() { train(false); }
  bool is_training() const noexcept;

  /// Turns recording on or off for every parameter, as in freezing a part of a model.
  void requires_grad_(bool requires_grad = true);
  /// Forgets the gradients of every parameter.
  void zero_grad();
  /// Converts parameters, their gradients and floating buffers to float32 or float64, in place: every handle on them
  /// sees the new dtype. Throws DtypeError for another dtype. Example: `net.to(float64)`.
  void to(DType dtype);

  // --- saving and loading

  /// Every parameter and buffer by its path. The tensors share the module's memory and carry no history; a snapshot
  /// takes clone() of each. Shared parameters appear under each of their names.
  StateDict state_dict() const;
  /// Copies values into the parameters and buffers, converted to their dtypes. Where options.strict is off, loads what
  /// fits and reports the rest. Where it is on, throws Error for names that do not match and ShapeError for shapes that
  /// do not; then nothing was loaded. Example: `net.load_state_dict(load("net.safetensors"))`.
  LoadReport load_state_dict(const StateDict& state, LoadOptions options = {});

 protected:
  Module();
  // Copying through the base would lose the derived part, so only derived classes copy.
  Module(const Module& other);
  Module& operator=(const Module&) = default;

  /// Registers a parameter and gives it back, as a leaf that requires a gradient. Throws Error for a name that is
  /// empty, taken or holds a dot, GradError where an operation produced the tensor, DtypeError where it is not
  /// floating. Example: `Tensor gain = parameter("gain", ones({1}));`
  Tensor parameter(std::string name, const Tensor& tensor);
  /// Registers a tensor that belongs to the state but is not learned, such as a running mean. The same errors;
  /// GradError where it requires a gradient. Example: `Tensor calls = buffer("calls", zeros({1}));`
  Tensor buffer(std::string name, const Tensor& tensor);
  /// Registers a child and gives it back. The same errors for the name; Error for a module that holds this one.
  /// Example: `nn::Linear fc1 = add("fc1", nn::Linear(784, 50));`
  template <std::derived_from<Module> M>
  M add(std::string name, M module) {
    add_child(std::move(name), std::make_shared<M>(module), copy_of<M>);
    return module;
  }
  /// What operator() does around forward(), around `compute`: for modules that take or give more than one tensor. The
  /// hooks get the first of each. Example: `r.y = call(x, [&](const Tensor& in) { r = run(in, h); return r.y; });`
  Tensor call(const Tensor& x, const std::function<Tensor(const Tensor&)>& compute);

  /// Makes another handle of a child's own type.
  using Copier = std::shared_ptr<Module> (*)(const Module&);
  template <std::derived_from<Module> M>
  static std::shared_ptr<Module> copy_of(const Module& module) {
    return std::make_shared<M>(static_cast<const M&>(module));
  }
  void add_child(std::string name, std::shared_ptr<Module> child, Copier copier);

 private:
  friend class Cloning;
  struct State;
  template <class F>
  static void visit(const State& state, const std::string& prefix, const F& function);
  void check_name(const std::string& name, const char* what) const;
  NamedTensors unique_tensors(NamedTensors State::*list) const;

  std::shared_ptr<State> m_state;
};

/// While it lives, copying the module, or one of its tensors or children, gives the handle's counterpart in a new
/// module with values of its own. For clone().
class Cloning {
 public:
  explicit Cloning(const Module& module);
  ~Cloning();
  Cloning(const Cloning&) = delete;
  Cloning& operator=(const Cloning&) = delete;

 private:
  struct Work;
  std::unique_ptr<Work> m_work;
};

/// A module of the same type with parameters, buffers and children of its own, of the same values; what the module
/// shares inside, such as tied weights, its clone shares inside, too. Hooks stay behind. No other thread may use the
/// module meanwhile. Example: `Net best = nn::clone(net);`
template <std::derived_from<Module> M>
M clone(const M& module) {
  const Cloning cloning(module);
  return M(module);
}

}  // namespace xtape::nn
