#pragma once

#include <filesystem>
#include <string>

#include <autograd/tensor.hpp>

/// What the programs of all chapters share: their command line, and the images that they learn from.
namespace tutorial {

/// The command line of a chapter's program:
///     --out DIR        where its figures go (default out)
///     --dataset NAME   digits, 8x8 pixels and embedded, which is the default; mnist or fashion-mnist, 28x28
///     --data DIR       the folder of that data set's files
///     --png            figures as PNG in place of SVG
/// Ends the program after --help (status 0) and after a wrong command line, which it explains (status 2).
class Options {
 public:
  Options(int argc, char** argv);

  const std::string& dataset() const noexcept { return m_dataset; }
  bool is_embedded() const noexcept { return m_dataset == "digits"; }
  const std::filesystem::path& data() const noexcept { return m_data; }
  /// Where the figure of that name goes: out/NAME.svg, and out/NAME_mnist.svg with --dataset mnist. Makes the folder;
  /// throws IoError where it cannot.
  std::filesystem::path figure(const std::string& name) const;

 private:
  std::filesystem::path m_out = "out", m_data;
  std::string m_dataset = "digits";
  bool m_png = false;
};

/// Gray images (N, 1, H, W), float32 from 0 (white paper) to 1 (ink), and their labels (N), int64, from 0 to 9.
struct Images {
  xtape::Tensor train, train_labels, test, test_labels;

  std::size_t height() const { return train.shape(-2); }
  std::size_t pixels() const { return train.shape(-2) * train.shape(-1); }
};

/// The images that the command line asks for: 1437 and 360 of the embedded digits, or 60000 and 10000 from files.
Images load_images(const Options& options);

}  // namespace tutorial
