#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>

namespace xtape {

/// Writes a file so that readers see the old content or the whole new one, never a part: `write` fills a temporary
/// file beside it, which is flushed to the disk and renamed over `path`. If anything fails the temporary is removed
/// and the old file is intact. Throws IoError naming the file.
void replace_file(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);

/// The whole content of a file. Throws IoError naming a file that cannot be read.
std::string text_of(const std::filesystem::path& path);

}  // namespace xtape
