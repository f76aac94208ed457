#include <autograd/error.hpp>
#include <data/image.hpp>
#include <data/image_decoder.hpp>

#ifdef XTAPE_STB

#include <cstring>
#include <limits>
#include <memory>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb_image.h>

namespace xtape::data {

bool can_read_images() noexcept { return true; }

DecodedImage decode_image(ByteSpan bytes, const std::string& name, std::size_t channels) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw IoError(name + ": a picture of " + std::to_string(bytes.size()) + " bytes; it may have up to 2^31 - 1");
  }
  int width = 0, height = 0, own_channels = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()), static_cast<int>(bytes.size()), &width,
                            &height, &own_channels, static_cast<int>(channels)),
      stbi_image_free);
  if (!pixels) throw IoError(name + ": cannot be read as PNG or JPEG: " + stbi_failure_reason());
  DecodedImage image{static_cast<std::size_t>(height),
                     static_cast<std::size_t>(width),
                     channels == 0 ? static_cast<std::size_t>(own_channels) : channels,
                     {}};
  image.pixels.resize(image.height * image.width * image.channels);
  std::memcpy(image.pixels.data(), pixels.get(), image.pixels.size());
  return image;
}

}  // namespace xtape::data

#else

namespace xtape::data {

bool can_read_images() noexcept { return false; }

DecodedImage decode_image(ByteSpan, const std::string& name, std::size_t) {
  throw Error(name +
              ": xtape was built without stb_image, which reads PNG and JPEG; install it (libstb-dev in Debian) " +
              "and configure again with XTAPE_IMAGES=ON");
}

}  // namespace xtape::data

#endif
