#pragma once

#include <cstddef>
#include <iterator>
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

/// Modules by number, named "0", "1", ...: what ModuleList and Sequential have in common. A layer is any module, or a
/// function from Tensor to Tensor.
class Layers : public Module {
 public:
  /// The number of layers.
  std::size_t size() const noexcept { return named_children().size(); }
  /// One layer; negative indices count from the back. Throws IndexError. Example: `net[-1](h)`.
  Module& operator[](std::ptrdiff_t index) const;
  /// One layer as what it is. Throws Error where it is another module. Example: `net.get<nn::Linear>(0).weight`.
  template <std::derived_from<Module> M>
  M& get(std::ptrdiff_t index) const {
    if (auto* layer = dynamic_cast<M*>(&(*this)[index])) return *layer;
    throw Error(std::string(m_kind) + ": layer " + std::to_string(index) + " is not of the type that get() asked for");
  }

  /// Walks over the layers, in order.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Module;
    using difference_type = std::ptrdiff_t;
    using pointer = Module*;
    using reference = Module&;

    Iterator() = default;
    explicit Iterator(NamedModules::const_iterator at) : m_at(at) {}
    Module& operator*() const { return *m_at->second; }
    Module* operator->() const { return m_at->second.get(); }
    Iterator& operator++() {
      ++m_at;
      return *this;
    }
    Iterator operator++(int) { return Iterator(m_at++); }
    bool operator==(const Iterator& other) const = default;

   private:
    NamedModules::const_iterator m_at;
  };
  /// Example: `for (nn::Module& layer : net) h = layer(h);`
  Iterator begin() const noexcept { return Iterator(named_children().begin()); }
  Iterator end() const noexcept { return Iterator(named_children().end()); }

 protected:
  explicit Layers(const char* kind) : m_kind(kind) {}

  template <class Layer>
  void push(Layer&& layer) {
    using Kind = std::remove_cvref_t<Layer>;
    if constexpr (std::derived_from<Kind, Module>) {
      add_child(std::to_string(size()), std::make_shared<Kind>(std::forward<Layer>(layer)), copy_of<Kind>);
    } else {
      static_assert(std::is_invocable_r_v<Tensor, Kind, const Tensor&>,
                    "a layer is a module, or a Tensor -> Tensor function");
      add_child(std::to_string(size()), std::make_shared<Function>(std::forward<Layer>(layer)), copy_of<Function>);
    }
  }

 private:
  const char* m_kind;  // for errors
};

/// Whether a container's constructor was given one container of its own kind, which makes it a copy.
template <class Container, class... Given>
inline constexpr bool is_copied = sizeof...(Given) == 1 &&
                                  (std::derived_from<std::remove_cvref_t<Given>, Container> && ...);

/// Layers that a module of one's own calls as it likes; the list itself has no forward(). Example:
///
///     struct Net : nn::Module {
///       nn::ModuleList blocks = add("blocks", nn::ModuleList());
///       Net() { for (int i = 0; i < 4; ++i) blocks.append(nn::Linear(8, 8)); }
///       Tensor forward(const Tensor& x) override {
///         Tensor h = x;
///         for (nn::Module& block : blocks) h = h + relu(block(h));
///         return h;
///       }
///     };
struct ModuleList : Layers {
  template <class... Given>
  requires(!is_copied<ModuleList, Given...>) explicit ModuleList(Given&&... layers) : Layers("ModuleList") {
    (append(std::forward<Given>(layers)), ...);
  }

  /// Adds a layer behind the last one; copies of this list get it too.
  template <class Layer>
  ModuleList& append(Layer&& layer) {
    push(std::forward<Layer>(layer));
    return *this;
  }
};

}  // namespace xtape::nn
