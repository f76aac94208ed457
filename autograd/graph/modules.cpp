#include <autograd/graph/description.hpp>

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace xtape::graph {

namespace {

// "xtape::nn::Linear" -> "Linear".
std::string type_name(const char* mangled) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? text.get() : mangled;
  name.resize(std::min(name.size(), name.find('<')));
  const std::size_t colon = name.rfind("::");
  return colon == std::string::npos ? name : name.substr(colon + 2);
}

// The calls, outer ones before those within them. Of several calls that end with the same node the inner one was noted
// first.
std::vector<const Node::Call*> ordered_calls(const Description& description) {
  std::vector<const Node::Call*> calls;
  for (const Described& each : description.nodes) {
    if (!each.node->extras()) continue;
    const auto& noted = each.node->extras()->calls;
    for (auto call = noted.rbegin(); call != noted.rend(); ++call) calls.push_back(&*call);
  }
  std::stable_sort(calls.begin(), calls.end(), [](const Node::Call* a, const Node::Call* b) {
    return a->first != b->first ? a->first < b->first : a->last > b->last;
  });
  return calls;
}

std::ptrdiff_t common_module(const std::vector<ModuleCall>& modules, std::ptrdiff_t a, std::ptrdiff_t b) {
  // A module's number is larger than that of the one around it.
  while (a != b) (a > b ? a : b) = modules[static_cast<std::size_t>(std::max(a, b))].parent;
  return a;
}

}  // namespace

// Numbers are given in the order of recording, so the nodes of a call lie in its interval, and calls are nested or
// apart: a walk over the nodes in order meets each call at its beginning.
void collect_modules(Description& description) {
  const std::vector<const Node::Call*> calls = ordered_calls(description);
  std::vector<std::ptrdiff_t> open;
  std::size_t next = 0;
  for (Described& each : description.nodes) {
    const std::uint64_t number = each.node->number();
    const auto close = [&](std::uint64_t reached) {
      while (!open.empty() && calls[static_cast<std::size_t>(open.back())]->last <= reached) open.pop_back();
    };
    for (; next < calls.size() && calls[next]->first <= number; ++next) {
      close(calls[next]->first);
      description.modules.push_back({.name = calls[next]->name,
                                     .type = type_name(calls[next]->type),
                                     .parent = open.empty() ? nowhere : open.back()});
      open.push_back(static_cast<std::ptrdiff_t>(next));
    }
    close(number);
    if (!each.node->is_leaf()) each.module = open.empty() ? nowhere : open.back();
  }
  // A leaf stands where it is used.
  std::vector<bool> used(description.nodes.size());
  for (const Described& each : description.nodes) {
    for (const Edge& edge : each.inputs) {
      if (edge.input == nowhere) continue;
      const auto input = static_cast<std::size_t>(edge.input);
      Described& leaf = description.nodes[input];
      if (!leaf.node->is_leaf()) continue;
      leaf.module = used[input] ? common_module(description.modules, leaf.module, each.module) : each.module;
      used[input] = true;
    }
  }
}

}  // namespace xtape::graph
