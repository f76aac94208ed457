#pragma once

#include <autograd/tensor.hpp>
#include <data/files.hpp>

/// The IDX format of the MNIST files: two zero bytes, a type code, the number of axes, their sizes as 32-bit numbers,
/// and the values in row-major order; everything big-endian.
namespace xtape::data {

/// An array from an IDX file of any shape, plain or compressed with gzip. Unsigned bytes (type code 0x08) become uint8,
/// signed bytes (0x09), shorts (0x0B) and ints (0x0C) int64, floats (0x0D) float32 and doubles (0x0E) float64. Throws
/// IoError naming the file where it is missing or damaged: a short header, a wrong start, an unknown type code, fewer
/// or more values than the sizes say. Example: `Tensor images = data::read_idx("train-images-idx3-ubyte.gz");`
Tensor read_idx(const std::filesystem::path& path);

/// The same from memory; `name` stands for the file in messages.
Tensor read_idx(ByteSpan bytes, const std::string& name);

/// Writes an array of any shape, compressed with gzip where the name ends in ".gz". boolean and uint8 become unsigned
/// bytes, int64 ints, float32 floats and float64 doubles. The file appears whole or not at all (see replace_file).
/// Throws IoError where it cannot be written, where an int64 does not fit in 32 bits, and where the shape has more than
/// 255 axes or a size of more than 32 bits. Example: `data::write_idx("labels-idx1-ubyte.gz", astype(labels, uint8));`
void write_idx(const std::filesystem::path& path, const Tensor& array);

}  // namespace xtape::data
