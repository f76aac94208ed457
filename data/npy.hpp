#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <autograd/tensor.hpp>

/// NumPy's format of one array (numpy.lib.format): "\x93NUMPY", a version, a header with the type, the order of axes
/// and the shape, the values.
namespace xtape::data::npy {

/// The array of a .npy file that numpy.save wrote, format 1.0, 2.0 or 3.0, of either byte order and either order of
/// axes. bool, uint8, int64, float32 and float64 keep their types; int8, int16, int32, uint16, uint32 and uint64 become
/// int64, float16 float32. Throws IoError naming the file and the trouble: another type (complex numbers, strings,
/// objects, records), a damaged header, a shape at odds with the file's size, a number that int64 does not hold.
/// Example: `Tensor x = data::npy::load("x.npy");`
Tensor load(const std::filesystem::path& path);

/// Writes what numpy.load reads: format 1.0, row-major, little-endian. The file appears whole or not at all (see
/// replace_file). Throws IoError where it cannot be written. Example: `data::npy::save("x.npy", x);`
void save(const std::filesystem::path& path, const Tensor& array);

/// Where an array is read from: a file, or a member of an archive.
struct Source {
  std::string name;  ///< for messages
  std::uint64_t size;
  std::function<void(void* to, std::size_t bytes)> read;  ///< the next bytes; throws IoError where they are missing
};

/// The array that fills `source`.
Tensor read(const Source& source);

/// What precedes the values of `array` in a file; `name` is for messages.
std::string header(const Tensor& array, const std::string& name);

}  // namespace xtape::data::npy
