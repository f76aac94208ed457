#pragma once

#include <type_traits>

#include <nn/module.hpp>

namespace xtape::nn {

/// A function as a layer without parameters. Example: `nn::Function([](const Tensor& x) { return square(x); })`.
struct Function : Module {
  explicit Function(std::function<Tensor(const Tensor&)> function);
  Tensor forward(const Tensor& x) override;

 private:
  std::function<Tensor(const Tensor&)> m_function;
};

/// Layers one after the other: each takes what the one before it gives. A layer is any module, another Sequential too,
/// or a function from Tensor to Tensor. The children are named "0", "1", ...; an empty one gives its input back.
/// Example: `nn::Sequential net(nn::Linear(64, 32), nn::ReLU(), nn::Linear(32, 10)); Tensor y = net(x);`
struct Sequential : Module {
  template <class... Layers>
  requires(!(sizeof...(Layers) == 1 && (std::derived_from<std::remove_cvref_t<Layers>, Sequential> &&
                                        ...))) explicit Sequential(Layers&&... layers) {
    (append(std::forward<Layers>(layers)), ...);
  }

  /// Adds a layer behind the last one; copies of this Sequential get it too. A Sequential that holds a single
  /// Sequential is made with it, since the constructor takes one Sequential for a copy.
  template <class Layer>
  Sequential& append(Layer&& layer) {
    using Kind = std::remove_cvref_t<Layer>;
    if constexpr (std::derived_from<Kind, Module>) {
      add_child(next_name(), std::make_shared<Kind>(std::forward<Layer>(layer)), copy_of<Kind>);
    } else {
      static_assert(std::is_invocable_r_v<Tensor, Kind, const Tensor&>,
                    "a layer is a module, or a Tensor -> Tensor function");
      add_child(next_name(), std::make_shared<Function>(std::forward<Layer>(layer)), copy_of<Function>);
    }
    return *this;
  }

  Tensor forward(const Tensor& x) override;

  /// The number of layers.
  std::size_t size() const noexcept { return named_children().size(); }
  /// One layer; negative indices count from the back. Throws IndexError. Example: `net[-1](h)`.
  Module& operator[](std::ptrdiff_t index) const;
  /// One layer as what it is. Throws Error where it is another module. Example: `net.get<nn::Linear>(0).weight`.
  template <std::derived_from<Module> M>
  M& get(std::ptrdiff_t index) const {
    if (auto* layer = dynamic_cast<M*>(&(*this)[index])) return *layer;
    throw Error("Sequential: layer " + std::to_string(index) + " is not of the type that get() asked for");
  }

 private:
  std::string next_name() const { return std::to_string(size()); }
};

}  // namespace xtape::nn
