#pragma once

#include <nn/module.hpp>

namespace xtape::nn {

/// Modules by name, in the order in which they were inserted; it has no forward() itself. The names follow the rules of
/// children: not empty, without a dot, each only once. Example:
///
///     nn::ModuleDict heads;
///     heads.insert("digit", nn::Linear(50, 10)).insert("parity", nn::Linear(50, 2));
///     Tensor scores = heads["digit"](h);
struct ModuleDict : Module {
  /// Adds a module; copies of this dictionary get it too. Throws Error for a name that is not allowed, or taken.
  template <std::derived_from<Module> M>
  ModuleDict& insert(std::string name, M module) {
    add(std::move(name), std::move(module));
    return *this;
  }

  /// The number of modules.
  std::size_t size() const noexcept { return named_children().size(); }
  bool contains(const std::string& name) const noexcept { return find(name) != nullptr; }
  /// The names, in order.
  std::vector<std::string> keys() const;
  /// The module of that name. Throws Error, with the names that there are, where there is none.
  Module& operator[](const std::string& name) const;
  /// The same as what it is. Throws Error where it is another module. Example: `heads.get<nn::Linear>("digit").weight`.
  template <std::derived_from<Module> M>
  M& get(const std::string& name) const {
    if (auto* module = dynamic_cast<M*>(&(*this)[name])) return *module;
    throw Error("ModuleDict: '" + name + "' is not of the type that get() asked for");
  }

  /// Example: `for (const auto& [name, head] : heads) scores[name] = (*head)(h);`
  NamedModules::const_iterator begin() const noexcept { return named_children().begin(); }
  NamedModules::const_iterator end() const noexcept { return named_children().end(); }

 private:
  Module* find(const std::string& name) const noexcept;
};

}  // namespace xtape::nn
