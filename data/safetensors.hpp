#pragma once

#include <filesystem>

#include <autograd/tensor.hpp>

/// The safetensors format (github.com/huggingface/safetensors): the header's length in 8 bytes, little-endian; a JSON
/// header with each tensor's dtype, shape and place; the values, little-endian and row-major, without gaps.
namespace xtape::data {

/// The named tensors of a safetensors file. F32, F64, I64, U8 and BOOL keep their types; F16 and BF16 become float32,
/// I8, I16, I32, U16 and U32 int64. Throws IoError naming the file and the trouble: a header longer than the file or
/// not JSON, an unknown dtype, offsets out of range, at odds with the shape, overlapping or with gaps. Example:
/// `StateDict weights = data::read_safetensors("resnet18.safetensors");`
StateDict read_safetensors(const std::filesystem::path& path);

/// Writes named tensors of any dtype and shape. The values lie in order of decreasing element size and of names, so
/// that each is aligned in the file. The file appears whole or not at all (see replace_file). Throws IoError where it
/// cannot be written, or a name is "__metadata__" or not UTF-8. Example: `data::write_safetensors("w.safetensors",
/// {{"w", w}});`
void write_safetensors(const std::filesystem::path& path, const StateDict& tensors);

}  // namespace xtape::data
