// Linked with data/image_decoder.cpp as it is compiled where stb_image is not found: what reads pictures says what is
// missing, and the rest of the library works.
#include <iostream>
#include <xtape.hpp>

int main() {
  if (xtape::data::can_read_images()) {
    std::cerr << "the decoder was compiled in\n";
    return 1;
  }
  try {
    (void)xtape::data::read_image(xtape::data::ByteSpan(), "'cat.png'");
  } catch (const xtape::Error& error) {
    const std::string message = error.what();
    std::cout << message << '\n';
    for (const char* part : {"'cat.png'", "without stb_image", "libstb-dev", "XTAPE_IMAGES"}) {
      if (message.find(part) == std::string::npos) return 1;
    }
    return xtape::data::iris().size() == 150 ? 0 : 1;
  }
  std::cerr << "nothing was thrown\n";
  return 1;
}
