#pragma once

#include <iosfwd>
#include <optional>

#include <nn/module.hpp>

namespace xtape::nn {

/// What summary() found: one row for each module, parents before their children. Printed, it is a table.
struct Summary {
  struct Row {
    std::string path;            ///< "" is the module itself
    std::string type;            ///< without namespaces
    std::size_t depth = 0;       ///< 0 is the module itself
    std::size_t calls = 0;       ///< how often it was called
    Shape output_shape;          ///< of the last call
    std::size_t parameters = 0;  ///< elements of its own parameters; those of its children have rows of their own
    std::size_t multiply_adds = 0;
  };
  std::vector<Row> rows;
  std::size_t parameters = 0;
  std::size_t trainable_parameters = 0;
  std::size_t multiply_adds = 0;
};
std::ostream& operator<<(std::ostream& out, const Summary& summary);

/// Options of summary().
struct SummaryOptions {
  std::optional<DType> dtype = {};  ///< of the input; by default that of the first parameter, else float32
};

/// Calls the module with zeros of `input_shape`, batch included, and notes what comes out of every module below it, its
/// parameters and its multiplications. It runs in evaluation mode without recording, and leaves the modes, the buffers,
/// the hooks and the library's generator as they were. Modules and parameters that are shared count once, at their
/// first place. Throws what the call throws. Example: `std::cout << nn::summary(net, {1, 784});`
Summary summary(Module& module, const Shape& input_shape, const SummaryOptions& options = {});

}  // namespace xtape::nn
