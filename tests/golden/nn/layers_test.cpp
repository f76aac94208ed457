// Every layer and every loss gives PyTorch's outputs, gradients of inputs and parameters, and buffers, with PyTorch's
// state dict, in training and in evaluation mode, on the cases that generate.py recorded.

#include <golden/compare.hpp>
#include <golden/nn/layer_table.hpp>

using namespace golden;

namespace {

constexpr double tolerance = 1e-9;

using Line = LayerTable::mapped_type;

StateDict state_of(const Family& family, const Json& test) {
  StateDict state;
  for (const auto& entry : test.at("state").items()) state[entry.key()] = family.array(entry.value());
  return state;
}

std::map<std::string, std::size_t> names_of(const Json& test) {
  std::map<std::string, std::size_t> names;
  for (std::size_t i = 0; i < test.at("inputs").size(); ++i) {
    const Json& place = test.at("inputs")[i];
    if (place.contains("name")) names[place.at("name")] = i;
  }
  return names;
}

// What is wrong with the parameters' gradients; both sides have to have the same ones.
std::string parameters_differ(const Family& family, const nn::Module& module, const Json& test) {
  std::size_t with_gradient = 0, compared = 0;
  for (const auto& entry : test.at("state").items()) with_gradient += entry.value().contains("gradient") ? 1 : 0;
  for (const auto& [name, parameter] : module.named_parameters()) {
    const Json& place = test.at("state").at(name);
    if (!place.contains("gradient")) return name + " is a parameter without a gradient in the file";
    ++compared;
    const std::string wrong = gradient_differs(family, parameter, place, tolerance);
    if (!wrong.empty()) return name + ": " + wrong;
  }
  return compared == with_gradient ? "" : "there are more parameters in the file";
}

// What is wrong with the buffers after the call.
std::string buffers_differ(const Family& family, const nn::Module& module, const Json& test) {
  for (const auto& [name, buffer] : module.named_buffers()) {
    const std::string wrong = difference(buffer, family.array(test.at("state").at(name), "after"), tolerance);
    if (!wrong.empty()) return "buffer " + name + " " + wrong;
  }
  return "";
}

// Runs a case in one mode; says what is wrong.
std::string failure_in_mode(const Family& family, const Json& test, const Line& line, bool training) {
  const Options options(test.at("options"));
  const Layer layer = line(options);
  std::string wrong = options_left(options);
  if (!wrong.empty()) return wrong;
  layer.module->to(float64);
  layer.module->load_state_dict(state_of(family, test));
  layer.module->train(training);

  const Tensors inputs = inputs_of(family, test);
  const Tensors results = layer.call(Inputs(inputs, names_of(test))).tensors;
  wrong = results_differ(family, results, test.at("outputs"), tolerance);
  if (wrong.empty()) wrong = buffers_differ(family, *layer.module, test);
  if (!wrong.empty()) return wrong;
  const Tensor loss = loss_of(family, results, test.at("outputs"));
  if (loss.requires_grad()) loss.backward();
  wrong = gradients_differ(family, inputs, test, tolerance);
  return wrong.empty() ? parameters_differ(family, *layer.module, test) : wrong;
}

std::string failure_of(const Family& family, const Json& test, const Line& line) {
  for (const Json& training : test.at("training")) {
    const std::string wrong = failure_in_mode(family, test, line, training.get<bool>());
    if (!wrong.empty()) return (training.get<bool>() ? "in training, " : "in evaluation, ") + wrong;
  }
  return "";
}

}  // namespace

TEST_CASE("golden layers: layers and losses agree with PyTorch") {
  Results results;
  results.run("nn/basic", basic_layers(), failure_of);
  results.run("nn/activations", activation_layers(), failure_of);
  results.run("nn/convolutions", convolution_layers(), failure_of);
  results.run("nn/normalization", normalization_layers(), failure_of);
  results.run("nn/recurrent", recurrent_layers(), failure_of);
  results.run("nn/attention", attention_layers(), failure_of);
  results.run("nn/class_losses", class_losses(), failure_of);
  results.run("nn/other_losses", other_losses(), failure_of);
  std::printf("golden layers: %zu layers, %zu cases, %zu failures\n", results.ops(), results.cases(),
              results.failures());
  CHECK(results.failures() == 0);
  CHECK(results.ops() >= 100);
  CHECK(results.cases() >= 1000);
}
