#pragma once

#include <data/files.hpp>

/// The one place that knows the library which decodes pictures.
namespace xtape::data {

/// Pixels row by row, the channels of each side by side.
struct DecodedImage {
  std::size_t height = 0, width = 0, channels = 0;
  Bytes pixels;
};

/// Decodes a PNG or JPEG file to so many channels; 0: its own. Throws IoError starting with `name`, Error where xtape
/// was built without a decoder.
DecodedImage decode_image(ByteSpan bytes, const std::string& name, std::size_t channels);

}  // namespace xtape::data
