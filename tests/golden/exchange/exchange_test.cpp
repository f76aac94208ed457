// Weights that PyTorch saved as safetensors load by name into the same model here, which gives PyTorch's outputs, and
// what is saved here has the same tensors. weights.py wrote the files; the way back into PyTorch is a test of its own.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <folder.hpp>
#include <golden/exchange/models.hpp>
#include <known_values.hpp>
#include <nlohmann/json.hpp>
#include <scratch_files.hpp>

using namespace xtape;

namespace {

const std::filesystem::path folder = tests_folder() / "golden/exchange";

// Each tensor of a safetensors file as its entry and its bytes, read without the library's own reader.
std::map<std::string, std::pair<std::string, std::string>> tensors_of(const std::filesystem::path& path) {
  const data::Bytes bytes = data::read_file(path);
  const std::string content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = 256 * length + static_cast<unsigned char>(content.at(i));
  nlohmann::json header = nlohmann::json::parse(content.substr(8, length));
  header.erase("__metadata__");
  std::map<std::string, std::pair<std::string, std::string>> tensors;
  for (const auto& item : header.items()) {
    nlohmann::json entry = item.value();
    const auto first = entry.at("data_offsets")[0].get<std::size_t>(),
               last = entry.at("data_offsets")[1].get<std::size_t>();
    entry.erase("data_offsets");
    tensors[item.key()] = {entry.dump(), content.substr(8 + length + first, last - first)};
  }
  return tensors;
}

template <class Model>
void check_exchange(const std::string& name, double tolerance) {
  const auto path = folder / (name + ".safetensors");
  manual_seed(99);
  Model model;
  model.load_state_dict(load(path));
  model.eval();
  const StateDict example = load(folder / (name + "_example.safetensors"));
  const Tensor y = model(example.at("input")), expected = example.at("output");
  REQUIRE(y.dtype() == expected.dtype());
  REQUIRE(y.shape() == expected.shape());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto index = static_cast<std::ptrdiff_t>(i);
    INFO("output " << i);
    CHECK(std::abs(y.item(index) - expected.item(index)) <= tolerance * std::max(1.0, std::abs(expected.item(index))));
  }

  const ScratchFolder scratch;
  save(scratch / "saved.safetensors", model.state_dict());
  const auto saved = tensors_of(scratch / "saved.safetensors");
  CHECK(saved.size() == model.state_dict().size());
  CHECK(saved == tensors_of(path));
}

}  // namespace

TEST_CASE("weights saved by PyTorch give PyTorch's outputs, and are saved again as they were") {
  SUBCASE("a convolutional network with batch normalisation, float32") {
    check_exchange<exchange::ConvNet>("conv_net", 1e-5);
  }
  SUBCASE("a language model of two LSTM layers, float32") {
    check_exchange<exchange::LanguageModel>("language_model", 1e-5);
  }
  SUBCASE("a transformer encoder, float64") { check_exchange<exchange::Encoder>("encoder", 1e-9); }
}

TEST_CASE("weights of another model are refused") {
  exchange::ConvNet model;
  const StateDict before = model.state_dict();
  StateDict first;
  for (const auto& [name, tensor] : before) first[name] = tensor.clone();
  check_says(message_of<Error>([&] { model.load_state_dict(load(folder / "encoder.safetensors")); }),
             {"features.0.weight", "encoder.layers.0.linear1.bias"});
  for (const auto& entry : before) CHECK(identical(entry.second, first.at(entry.first)));
}
