#pragma once

#include <filesystem>

#include <autograd/tensor.hpp>

/// NumPy's format of several named arrays: a zip archive with a member `name.npy` (data/npy.hpp) for each.
namespace xtape::data::npz {

/// The arrays of a .npz file that numpy.savez or numpy.savez_compressed wrote, by their names without `.npy`; types as
/// npy::load converts them. Throws IoError naming the file, the member and the trouble: no zip archive, a checksum that
/// does not fit, a member that is encrypted, compressed otherwise than by deflate, named twice or no array.
/// Example: `StateDict weights = data::npz::load("weights.npz");`
StateDict load(const std::filesystem::path& path);

/// Options of save().
struct SaveOptions {
  bool compressed = false;  ///< deflated, as by numpy.savez_compressed; weights hardly shrink
};
/// Writes what numpy.load reads; the same tensors always give the same bytes. The file appears whole or not at all (see
/// replace_file). Throws IoError where it cannot be written or a name is not UTF-8.
/// Example: `data::npz::save("weights.npz", {{"w", w}, {"b", b}});`
void save(const std::filesystem::path& path, const StateDict& tensors, SaveOptions options = {});

}  // namespace xtape::data::npz
