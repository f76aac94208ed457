#include <data/files.hpp>
#include <data/safetensors.hpp>
#include <data/save.hpp>

namespace xtape {

namespace {

void check_extension(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".safetensors") return;
  throw IoError(data::quoted(path) + ": " +
                (extension.empty() ? "no extension" : "unknown extension '" + extension + "'") +
                "; tensors are kept in .safetensors files");
}

}  // namespace

void save(const std::filesystem::path& path, const StateDict& tensors) {
  check_extension(path);
  data::write_safetensors(path, tensors);
}

StateDict load(const std::filesystem::path& path) {
  check_extension(path);
  return data::read_safetensors(path);
}

}  // namespace xtape
