#include <autograd/graph/description.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>

#include <cstring>

namespace xtape::graph {

namespace {

// The value that the node's operation gives on the values of its inputs; undefined where one is missing.
Tensor repeated(const Described& described, const Tensors& values) {
  const auto nodes = described.node->inputs();
  Tensors inputs;
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    const std::ptrdiff_t index = described.inputs[k].input;
    inputs.push_back(index == nowhere ? Tensor() : values[static_cast<std::size_t>(index)]);
    if (nodes[k] && !inputs[k].defined()) return {};
  }
  try {
    const Tensor value = described.node->repeat(inputs);
    const bool fits =
        value.defined() && value.shape() == described.node->shape() && value.dtype() == described.node->dtype();
    return fits ? value : Tensor();
  } catch (const Error&) {
    return {};  // an input has got another shape or was changed since
  }
}

// To the last bit, so that a nan is like itself.
bool alike(const Tensor& a, const Tensor& b) {
  const Tensor first = a.contiguous(), second = b.contiguous();
  return std::memcmp(first.raw_data(), second.raw_data(), first.size() * item_bytes(first.dtype())) == 0;
}

// Whether what was worked out anew can be trusted. A leaf may have been changed since the forward pass; so a value
// counts only if a value that is still there comes out of it again, and none comes out differently.
enum class Trust : std::uint8_t { unproven, proven, refuted };

std::vector<Trust> trust(const Description& description, const Tensors& values) {
  std::vector<Trust> result(values.size(), Trust::unproven);
  for (std::size_t i = values.size(); i-- > 0;) {
    const Described& each = description.nodes[i];
    const auto is_repeated = [&](const Edge& edge) {
      return edge.input != nowhere && description.nodes[static_cast<std::size_t>(edge.input)].value_is_repeated;
    };
    if (std::none_of(each.inputs.begin(), each.inputs.end(), is_repeated)) continue;
    Trust verdict = result[i];
    if (values[i].defined() && !each.value_is_repeated) {
      const Tensor again = repeated(each, values);
      if (!again.defined()) continue;
      verdict = alike(again, values[i]) ? Trust::proven : Trust::refuted;
    }
    for (const Edge& edge : each.inputs) {
      if (is_repeated(edge))
        result[static_cast<std::size_t>(edge.input)] = std::max(verdict, result[static_cast<std::size_t>(edge.input)]);
    }
  }
  return result;
}

const char* why_unknown(const Node& node) {
  return node.released ? "backward has freed it"
                       : "it was not kept: no tensor in the program names it, and no local rule needs it";
}

}  // namespace

Tensors collect_values(Description& description) {
  Tensors values(description.nodes.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    Described& each = description.nodes[i];
    if (each.node->output()) {
      values[i] = Tensor(Tensor::Impl::share(each.node->output())).detach();
    } else if (!each.node->is_leaf()) {
      values[i] = repeated(each, values);
      each.value_is_repeated = values[i].defined();
    }
  }
  const std::vector<Trust> trusted = trust(description, values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    Described& each = description.nodes[i];
    if (each.value_is_repeated && trusted[i] != Trust::proven) {
      values[i] = {};
      each.value_is_repeated = false;
    }
    if (values[i].defined()) {
      each.value = summary_of(values[i]);
    } else {
      each.value_unknown = why_unknown(*each.node);
    }
  }
  return values;
}

}  // namespace xtape::graph
