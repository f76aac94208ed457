#include "options.hpp"

#include <CLI/CLI.hpp>

#include <limits>

namespace demo {

namespace {

constexpr int wrong_usage = 2;

void check_data_folder(const Options& options) {
  if (options.dataset == "digits" && !options.data.empty()) {
    throw CLI::ValidationError("--data", "the digits are embedded in the library and read from no folder");
  }
  if (options.dataset == "mnist" && options.data.empty()) {
    throw CLI::ValidationError("--data",
                               "--dataset mnist needs the folder of its four files, for example --data mnist");
  }
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options;
  std::string data, out = options.out.string();
  CLI::App app("Trains a multilayer perceptron on images, and writes its weights and pictures of the training.",
               "xtape_demo");
  app.get_formatter()->column_width(36);
  app.add_option("--dataset", options.dataset, "digits (embedded, the default), fashion-mnist or mnist")
      ->check(CLI::IsMember({"digits", "fashion-mnist", "mnist"}).description(""))
      ->type_name("NAME");
  app.add_option("--data", data, "folder of the data set's files")->type_name("DIR");
  app.add_option("--epochs", options.epochs, "passes over the training set (default: digits 40, others 5)")
      ->check(CLI::Range(1, 100000).description(""))
      ->type_name("N");
  app.add_option("--seed", options.seed, "of the weights and of the order of the images (default 0)")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()).description(""))
      ->type_name("N");
  app.add_option("--out", out, "folder for what is written (default out)")->type_name("DIR");
  try {
    app.parse(argc, argv);
    options.data = data;
    options.out = out;
    check_data_folder(options);
    return options;
  } catch (const CLI::Success& help) {
    exit_code = app.exit(help);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    exit_code = wrong_usage;
  }
  return std::nullopt;
}

}  // namespace demo
