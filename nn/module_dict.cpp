#include <nn/module_dict.hpp>

namespace xtape::nn {

Module* ModuleDict::find(const std::string& name) const noexcept {
  for (const auto& [own, module] : named_children()) {
    if (own == name) return module.get();
  }
  return nullptr;
}

std::vector<std::string> ModuleDict::keys() const {
  std::vector<std::string> names;
  for (const auto& [name, module] : named_children()) names.push_back(name);
  return names;
}

Module& ModuleDict::operator[](const std::string& name) const {
  if (Module* module = find(name)) return *module;
  std::string known;
  for (const std::string& key : keys()) known += (known.empty() ? "" : ", ") + key;
  throw Error("ModuleDict: there is no module '" + name + "'; it has " + (known.empty() ? "none" : known));
}

}  // namespace xtape::nn
