#pragma once

#include <filesystem>

#include <autograd/tensor.hpp>

namespace xtape {

/// Writes named tensors to a file; its extension says how: ".safetensors" (data/safetensors.hpp), ".npz" (data/npz.hpp)
/// or, for a single tensor, whose name is not kept, ".npy" (data/npy.hpp). The file appears whole or not at all: on an
/// error (IoError) an old one is as it was. Example: `save("net.safetensors", net.state_dict());`
void save(const std::filesystem::path& path, const StateDict& tensors);

/// Reads a file that save() or another program wrote; the tensor of "x.npy" is named "x". Throws IoError naming the
/// file where it is missing or damaged, or where its extension is unknown. Example:
/// `net.load_state_dict(load("net.safetensors"));`
StateDict load(const std::filesystem::path& path);

}  // namespace xtape
