#include <data/files.hpp>
#include <data/npy.hpp>
#include <data/npz.hpp>
#include <data/safetensors.hpp>
#include <data/save.hpp>

#include <algorithm>

namespace xtape {

namespace {

using Path = std::filesystem::path;

void save_one(const Path& path, const StateDict& tensors) {
  if (tensors.size() != 1) {
    throw IoError(data::quoted(path) + ": a .npy file holds one tensor, not " + std::to_string(tensors.size()) +
                  "; several go into a .npz file");
  }
  data::npy::save(path, tensors.begin()->second);
}

struct Format {
  std::string_view extension;
  void (*save)(const Path& path, const StateDict& tensors);
  StateDict (*load)(const Path& path);
};

constexpr Format formats[] = {
    {".safetensors", data::write_safetensors, data::read_safetensors},
    {".npz", [](const Path& path, const StateDict& tensors) { data::npz::save(path, tensors); }, data::npz::load},
    {".npy", save_one,
     [](const Path& path) {
       return StateDict{{path.stem().string(), data::npy::load(path)}};
     }},
};

const Format& format_of(const Path& path) {
  const std::string extension = path.extension().string();
  const auto* found =
      std::find_if(std::begin(formats), std::end(formats), [&](const Format& f) { return f.extension == extension; });
  if (found != std::end(formats)) return *found;
  std::string known;
  for (const Format& format : formats) known += (known.empty() ? "" : ", ") + std::string(format.extension);
  throw IoError(data::quoted(path) + ": " +
                (extension.empty() ? "no extension" : "unknown extension '" + extension + "'") +
                "; tensors are kept in files named " + known);
}

}  // namespace

void save(const std::filesystem::path& path, const StateDict& tensors) { format_of(path).save(path, tensors); }

StateDict load(const std::filesystem::path& path) { return format_of(path).load(path); }

}  // namespace xtape
