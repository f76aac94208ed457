// Writes the pictures that image_test.cpp reads into the folder that it is run in:
//   g++ -std=c++20 generate.cpp -I/usr/include/stb -o /tmp/generate && /tmp/generate
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

#include <vector>

using Pixels = std::vector<unsigned char>;

// `left` on one half, `right` on the other.
Pixels halves(int width, int height, const Pixels& left, const Pixels& right) {
  Pixels pixels;
  for (int i = 0; i < width * height; ++i) {
    const Pixels& colour = i % width < width / 2 ? left : right;
    pixels.insert(pixels.end(), colour.begin(), colour.end());
  }
  return pixels;
}

int main() {
  const Pixels colours = {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 40, 50, 60, 70, 80, 90};
  stbi_write_png("colour.png", 3, 2, 3, colours.data(), 0);
  const Pixels greys = {0, 51, 102, 255};
  stbi_write_png("grey.png", 2, 2, 1, greys.data(), 0);
  const Pixels clear = {1, 2, 3, 4, 5, 6, 7, 8};
  stbi_write_png("alpha.png", 1, 2, 4, clear.data(), 0);
  const Pixels photo = halves(32, 16, {200, 40, 40}, {40, 40, 200});
  stbi_write_jpg("halves.jpg", 32, 16, 3, photo.data(), 95);
  stbi_write_png("flowers/daisy/b.png", 2, 2, 3, halves(2, 2, {255, 255, 255}, {0, 0, 0}).data(), 0);
  stbi_write_png("flowers/daisy/a.PNG", 2, 2, 3, halves(2, 2, {0, 0, 0}, {255, 255, 255}).data(), 0);
  stbi_write_jpg("flowers/rose/wide.jpeg", 32, 16, 3, photo.data(), 95);
}
