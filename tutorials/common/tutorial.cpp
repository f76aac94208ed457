#include <autograd/error.hpp>
#include <autograd/ops/shape.hpp>
#include <data/digits.hpp>
#include <data/mnist.hpp>
#include <tutorials/common/tutorial.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace tutorial {

namespace {

constexpr int failed = 1, wrong_usage = 2;

// An exception that nobody catches ends the program with its words, and not with a core dump.
[[noreturn]] void say_why() {
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  std::_Exit(failed);
}

}  // namespace

Options::Options(int argc, char** argv) {
  std::set_terminate(say_why);
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
      throw CLI::ValidationError("--data", "--dataset mnist needs the folder of its four files: --data DIR");
    }
  } catch (const CLI::ParseError& end) {
    std::exit(app.exit(end) == 0 ? 0 : wrong_usage);
  }
}

std::filesystem::path Options::figure(const std::string& name) const {
  std::error_code error;
  std::filesystem::create_directories(m_out, error);
  if (error) throw xtape::IoError("--out: the folder '" + m_out.string() + "' cannot be made: " + error.message());
  return m_out / (name + (is_embedded() ? "" : "_" + m_dataset) + (m_png ? ".png" : ".svg"));
}

Images load_images(const Options& options) {
  using namespace xtape;
  const auto& folder = options.data();
  const data::Split split = options.is_embedded()          ? data::digits()
                            : options.dataset() == "mnist" ? data::mnist(folder)
                            : folder.empty()               ? data::fashion_mnist()
                                                           : data::fashion_mnist(folder);
  const std::size_t side = options.is_embedded() ? 8 : 28;
  const auto pictures = [side](const data::Dataset& set) { return reshape(set.inputs(), {set.size(), 1, side, side}); };
  return {pictures(split.train), split.train.targets(), pictures(split.test), split.test.targets()};
}

}  // namespace tutorial
