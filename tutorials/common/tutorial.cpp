#include <autograd/ops/shape.hpp>
#include <data/digits.hpp>
#include <data/mnist.hpp>
#include <tutorials/common/tutorial.hpp>

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <numeric>

namespace tutorial {

using xtape::Tensor;

Options::Options(int argc, char** argv) {
  constexpr int wrong_usage = 2;
  CLI::App app("A program of xtape's tutorials: prints its results and leaves its figures in a folder.");
  app.add_option("--out", m_out, "folder for the figures (default out)")->type_name("DIR");
  app.add_option("--dataset", m_dataset, "digits (embedded, the default), mnist or fashion-mnist")
      ->check(CLI::IsMember({"digits", "mnist", "fashion-mnist"}).description(""))
      ->type_name("NAME");
  app.add_option("--data", m_data, "folder of the data set's files")->type_name("DIR");
  app.add_flag("--png", m_png, "figures as PNG in place of SVG");
  try {
    app.parse(argc, argv);
    if (m_dataset == "mnist" && m_data.empty()) {
      throw CLI::ValidationError("--data", "--dataset mnist needs the folder of its four files: --data mnist");
    }
  } catch (const CLI::ParseError& end) {
    std::exit(app.exit(end) == 0 ? 0 : wrong_usage);
  }
}

std::filesystem::path Options::figure(const std::string& name) const {
  return m_out / (name + (is_embedded() ? "" : "_" + m_dataset) + (m_png ? ".png" : ".svg"));
}

namespace {

// All samples of a data set as two tensors.
std::pair<Tensor, Tensor> all_of(const xtape::data::Dataset& dataset) {
  std::vector<std::size_t> every(dataset.size());
  std::iota(every.begin(), every.end(), std::size_t{0});
  return dataset.batch(every);
}

}  // namespace

Images load_images(const Options& options) {
  using namespace xtape;
  const auto& folder = options.data();
  const data::Split split = options.is_embedded()          ? data::digits()
                            : options.dataset() == "mnist" ? data::mnist(folder)
                            : folder.empty()               ? data::fashion_mnist()
                                                           : data::fashion_mnist(folder);
  const auto [train, train_labels] = all_of(split.train);
  const auto [test, test_labels] = all_of(split.test);
  const std::size_t side = options.is_embedded() ? 8 : 28;
  return {reshape(train, {train.shape(0), 1, side, side}), train_labels, reshape(test, {test.shape(0), 1, side, side}),
          test_labels};
}

}  // namespace tutorial
