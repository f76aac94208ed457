#include <nn/module.hpp>

#include <autograd/anomaly.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/tape.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <typeinfo>
#include <unordered_set>

namespace xtape::nn {

struct Module::State {
  std::string name;  // as a child
  NamedTensors parameters;
  NamedTensors buffers;
  NamedModules children;
  std::vector<Copier> copiers;  // of the children
  bool training = true;
  std::map<unsigned, PreHook> pre_hooks;
  std::map<unsigned, Hook> hooks;
  unsigned hooks_so_far = 0;
  std::shared_ptr<State> stand_in;  // while it is cloned
};

Module::Module() : m_state(std::make_shared<State>()) {}
Module::Module(const Module& other) : m_state(other.m_state->stand_in ? other.m_state->stand_in : other.m_state) {}
Module::~Module() = default;

Tensor Module::forward(const Tensor& x) {
  throw Error(
      "forward: this module does not override forward(const Tensor&), which was called with a tensor of shape " +
      to_string(x.shape()));
}

Tensor Module::operator()(const Tensor& x) {
  return call(x, [this](const Tensor& input) { return forward(input); });
}

namespace {

// Notes on the node of a module's result which nodes the module has recorded, for pictures of the graph. A result that
// the module was given, or that another thread's module made, is none of its own.
void note_call(const Module& module, const std::string& name, const Tensor& output, std::uint64_t first) {
  if (!output.requires_grad() || output.impl()->node->number() < first) return;
  output.impl()->node->ensure_extras().calls.push_back({name, typeid(module).name(), first, Node::next_number()});
}

}  // namespace

Tensor Module::call(const Tensor& x, const std::function<Tensor(const Tensor&)>& compute) {
  std::optional<NameScope> scope;
  const bool asked = anomaly::detecting() || profile::active();
  if (asked && !m_state->name.empty()) scope.emplace(m_state->name);
  const std::uint64_t first = Node::next_number();
  if (m_state->pre_hooks.empty() && m_state->hooks.empty()) {
    Tensor output = compute(x);
    note_call(*this, m_state->name, output, first);
    return output;
  }
  const auto keep_alive = m_state;
  const auto pre_hooks = m_state->pre_hooks;  // copies: a hook may remove itself
  const auto hooks = m_state->hooks;
  Tensor input = x;
  for (const auto& [number, hook] : pre_hooks) {
    if (Tensor given = hook(*this, input); given.defined()) input = given;
  }
  Tensor output = compute(input);
  note_call(*this, keep_alive->name, output, first);
  for (const auto& [number, hook] : hooks) {
    if (Tensor given = hook(*this, input, output); given.defined()) output = given;
  }
  return output;
}

unsigned Module::register_forward_pre_hook(PreHook hook) {
  m_state->pre_hooks.emplace(m_state->hooks_so_far, std::move(hook));
  return m_state->hooks_so_far++;
}
unsigned Module::register_forward_hook(Hook hook) {
  m_state->hooks.emplace(m_state->hooks_so_far, std::move(hook));
  return m_state->hooks_so_far++;
}
void Module::remove_hook(unsigned number) {
  if (m_state->pre_hooks.erase(number) + m_state->hooks.erase(number) == 0) {
    throw Error("remove_hook: the module has no hook number " + std::to_string(number));
  }
}

std::size_t Module::multiply_adds(const Tensor&, const Tensor&) const { return 0; }

// Calls function(prefix, state) for a module and everything below it, parents first.
template <class F>
void Module::visit(const State& state, const std::string& prefix, const F& function) {
  function(prefix, state);
  for (const auto& [name, child] : state.children) visit(*child->m_state, prefix + name + '.', function);
}

// --- registering

namespace {

template <class List>
bool has_name(const List& list, const std::string& name) {
  return std::any_of(list.begin(), list.end(), [&](const auto& entry) { return entry.first == name; });
}

}  // namespace

void Module::check_name(const std::string& name, const char* what) const {
  const std::string intro = std::string("the ") + what + " name '" + name + "' ";
  if (name.empty()) throw Error(intro + "is empty");
  if (name.find('.') != std::string::npos) throw Error(intro + "holds a dot, which separates the names in a path");
  if (has_name(m_state->parameters, name) || has_name(m_state->buffers, name) || has_name(m_state->children, name)) {
    throw Error(intro + "is taken: the module has a parameter, a buffer or a child of that name");
  }
}

Tensor Module::parameter(std::string name, const Tensor& tensor) {
  check_name(name, "parameter");
  if (!tensor.defined()) throw Error("parameter: the tensor '" + name + "' is undefined");
  if (!tensor.is_leaf()) {
    throw GradError("parameter: the tensor '" + name + "' is the result of " + tensor.op_name() +
                    "; a parameter is a leaf, such as its detach()");
  }
  tensor.requires_grad_();
  if (tensor.name().empty()) tensor.named(name);
  m_state->parameters.emplace_back(std::move(name), tensor);
  return tensor;
}

Tensor Module::buffer(std::string name, const Tensor& tensor) {
  check_name(name, "buffer");
  if (!tensor.defined()) throw Error("buffer: the tensor '" + name + "' is undefined");
  if (tensor.requires_grad()) {
    throw GradError("buffer: the tensor '" + name +
                    "' requires a gradient; register it with parameter(), or its detach()");
  }
  m_state->buffers.emplace_back(std::move(name), tensor);
  return tensor;
}

void Module::add_child(std::string name, std::shared_ptr<Module> child, Copier copier) {
  check_name(name, "child");
  visit(*child->m_state, "", [&](const std::string&, const State& state) {
    if (&state == m_state.get())
      throw Error("add: the module '" + name + "' is or holds the module that it is added to");
  });
  // Errors and graph pictures show a parameter's path, unless the user gave it a name of its own.
  visit(*child->m_state, "", [&](const std::string& prefix, const State& state) {
    for (const auto& [own, tensor] : state.parameters) {
      if (tensor.name() == prefix + own) tensor.named(name + '.' + prefix + own);
    }
  });
  child->m_state->name = name;
  m_state->children.emplace_back(std::move(name), std::move(child));
  m_state->copiers.push_back(copier);
}

// --- walking

NamedTensors Module::unique_tensors(NamedTensors State::*list) const {
  NamedTensors result;
  std::unordered_set<const TensorImpl*> seen;
  visit(*m_state, "", [&](const std::string& prefix, const State& state) {
    for (const auto& [name, tensor] : state.*list) {
      if (seen.insert(tensor.impl()).second) result.emplace_back(prefix + name, tensor);
    }
  });
  return result;
}

NamedTensors Module::named_parameters() const { return unique_tensors(&State::parameters); }
NamedTensors Module::named_buffers() const { return unique_tensors(&State::buffers); }

Tensors Module::parameters() const {
  Tensors result;
  for (auto& [name, tensor] : named_parameters()) result.push_back(std::move(tensor));
  return result;
}

std::size_t Module::parameter_count() const {
  std::size_t count = 0;
  for (const Tensor& tensor : parameters()) count += tensor.size();
  return count;
}

const NamedModules& Module::named_children() const noexcept { return m_state->children; }

void Module::apply(const std::function<void(Module&)>& function) {
  for (const auto& [name, child] : m_state->children) child->apply(function);
  function(*this);
}

void Module::train(bool training) {
  m_state->training = training;
  for (const auto& [name, child] : m_state->children) child->train(training);
}

bool Module::is_training() const noexcept { return m_state->training; }

void Module::requires_grad_(bool requires_grad) {
  for (const Tensor& tensor : parameters()) tensor.requires_grad_(requires_grad);
}

void Module::zero_grad() {
  for (const Tensor& tensor : parameters()) tensor.zero_grad();
}

void Module::to(DType dtype) {
  if (!is_floating(dtype)) {
    throw DtypeError(std::string("to: a module's parameters are float32 or float64, not ") + to_string(dtype));
  }
  const NoGrad guard;
  struct Change {
    Tensor target, values, gradient;
  };
  std::vector<Change> changes;  // converted first, so that a failure leaves the module as it was
  const auto convert = [&](const NamedTensors& tensors) {
    for (const auto& [name, tensor] : tensors) {
      if (!is_floating(tensor.dtype()) || tensor.dtype() == dtype) continue;
      const Tensor gradient = tensor.grad();
      changes.push_back(
          {tensor, astype(tensor.detach(), dtype), gradient.defined() ? astype(gradient, dtype) : gradient});
    }
  };
  convert(named_parameters());
  convert(named_buffers());
  for (const Change& change : changes) {
    change.target.set_data(change.values);
    if (change.gradient.defined()) change.target.set_grad(change.gradient);
  }
}

// --- saving and loading

StateDict Module::state_dict() const {
  StateDict result;
  visit(*m_state, "", [&](const std::string& prefix, const State& state) {
    for (const auto& [name, tensor] : state.parameters) result.emplace(prefix + name, tensor.detach());
    for (const auto& [name, tensor] : state.buffers) result.emplace(prefix + name, tensor.detach());
  });
  return result;
}

namespace {

// "; missing: a, b, c"; of many names the first ten.
std::string listed(const char* label, const std::vector<std::string>& names) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return names.empty() ? "" : std::string("; ") + label + ": " + text;
}

}  // namespace

LoadReport Module::load_state_dict(const StateDict& state, LoadOptions options) {
  const StateDict targets = state_dict();
  LoadReport report;
  std::vector<std::string> shapes;
  std::unordered_set<const Storage*> written;
  for (const auto& [name, target] : targets) {
    written.insert(target.impl()->storage);
    const auto found = state.find(name);
    if (found == state.end()) {
      report.missing.push_back(name);
    } else if (found->second.shape() != target.shape()) {
      report.misshaped.push_back(name);
      shapes.push_back(name + " has shape " + to_string(found->second.shape()) + ", the module's has " +
                       to_string(target.shape()));
    }
  }
  for (const auto& [name, tensor] : state) {
    if (!targets.contains(name)) report.unexpected.push_back(name);
  }
  const bool fits = report.missing.empty() && report.unexpected.empty() && shapes.empty();
  if (options.strict && !fits) {
    const std::string message = "load_state_dict: the state does not fit the module; nothing was loaded" +
                                listed("missing", report.missing) + listed("unexpected", report.unexpected) +
                                listed("other shapes", shapes);
    if (!shapes.empty()) throw ShapeError(message);
    throw Error(message);
  }

  const NoGrad guard;
  std::vector<std::pair<Tensor, Tensor>> copies;  // converted first: nothing below this loop fails
  for (const auto& [name, target] : targets) {
    const auto found = state.find(name);
    if (found == state.end() || found->second.shape() != target.shape()) continue;
    Tensor values = astype(found->second.detach(), target.dtype());
    // Values that lie in a target's own memory, as in exchanging two layers, must not change before they are read.
    if (written.contains(values.impl()->storage)) values = values.clone();
    copies.emplace_back(target, std::move(values));
  }
  for (const auto& [target, values] : copies) target.assign(values);
  return report;
}

// --- cloning

struct Cloning::Work {
  using State = Module::State;

  void stand_in_for(const NamedTensors& originals, NamedTensors& copies) {
    for (const auto& [name, tensor] : originals) {
      TensorImpl::Extras& extras = tensor.impl()->ensure_extras();
      if (!extras.stand_in) {
        const Tensor values = tensor.detach().clone();
        if (tensor.requires_grad()) values.requires_grad_();
        if (!extras.name.empty()) values.named(extras.name);
        tensors.push_back({tensor.impl(), std::make_unique<Tensor>(values)});
        extras.stand_in = tensors.back().second.get();
      }
      copies.emplace_back(name, *extras.stand_in);
    }
  }

  void stand_in_for(State& original) {
    if (original.stand_in) return;
    original.stand_in = std::make_shared<State>();
    states.push_back(&original);
    State& copy = *original.stand_in;
    copy.name = original.name;
    copy.training = original.training;
    stand_in_for(original.parameters, copy.parameters);
    stand_in_for(original.buffers, copy.buffers);
    for (const auto& [name, child] : original.children) stand_in_for(*child->m_state);
  }

  ~Work() {
    for (const auto& [impl, copy] : tensors) impl->extras->stand_in = nullptr;
    for (State* state : states) state->stand_in.reset();
  }

  std::vector<std::pair<TensorImpl*, std::unique_ptr<Tensor>>> tensors;
  std::vector<State*> states;
};

Cloning::Cloning(const Module& module) : m_work(std::make_unique<Work>()) {
  m_work->stand_in_for(*module.m_state);
  for (Module::State* state : m_work->states) {
    for (std::size_t i = 0; i < state->children.size(); ++i) {
      const auto& [name, child] = state->children[i];
      state->stand_in->children.emplace_back(name, state->copiers[i](*child));
      state->stand_in->copiers.push_back(state->copiers[i]);
    }
  }
}

Cloning::~Cloning() = default;

}  // namespace xtape::nn
