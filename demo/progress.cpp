#include "progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace demo {

namespace {

constexpr auto between_drawings = std::chrono::milliseconds(100);
constexpr std::size_t shortest_bar = 10, longest_bar = 32;
constexpr const char* erase_line = "\r\x1b[K";

// A terminal that can erase a line.
bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) && kind && std::strcmp(kind, "dumb") != 0;
}

std::size_t terminal_width() {
  ::winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

// "[=======>      ]"
std::string bar(double part, std::size_t width) {
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(width));
  std::string text(width, ' ');
  std::fill_n(text.begin(), filled, '=');
  if (filled < width) text[filled] = '>';
  return "[" + text + "]";
}

std::string minutes(double seconds) {
  const int whole = static_cast<int>(std::min(seconds, 1e6) + 0.5);
  return format("%d:%02d", whole / 60, whole % 60);
}

}  // namespace

Progress::Progress(std::size_t epochs, std::size_t images_per_epoch)
    : m_epochs(epochs), m_images_per_epoch(images_per_epoch), m_terminal(is_terminal()) {}

Progress::~Progress() {
  if (m_terminal) std::fputs(erase_line, stdout);
  std::fflush(stdout);
}

void Progress::start_epoch() { m_last_step = Clock::now(); }

void Progress::step(std::size_t images, double loss) {
  const Clock::time_point now = Clock::now();
  m_in_steps += now - std::exchange(m_last_step, now);
  m_images += images;
  m_loss = loss;
  if (m_terminal && now - m_drawn >= between_drawings) draw();
}

void Progress::epoch(double train_loss, double test_accuracy) {
  ++m_epoch;
  if (m_terminal) {
    m_accuracy = format("  test %.4f", test_accuracy);
  } else {
    std::printf("epoch %zu/%zu  train loss %.4f  test accuracy %.4f  %.0f images/s\n", m_epoch, m_epochs, train_loss,
                test_accuracy, images_per_second());
    std::fflush(stdout);
  }
}

double Progress::images_per_second() const {
  return static_cast<double>(m_images) / std::max(m_in_steps.count(), 1e-9);
}

void Progress::draw() {
  m_drawn = Clock::now();
  const double part = static_cast<double>(m_images) / static_cast<double>(m_epochs * m_images_per_epoch);
  const std::chrono::duration<double> elapsed = m_drawn - m_start;
  const double left = elapsed.count() * (1.0 - part) / part;
  const std::string before = format("epoch %zu/%zu ", std::min(m_epoch + 1, m_epochs), m_epochs);
  std::string after =
      format(" %3.0f%%  %.0fk images/s  %s left", 100.0 * part, images_per_second() / 1000.0, minutes(left).c_str());

  // A line that wrapped could not be written again: what matters least is left out where there is no room for it.
  const std::size_t room = terminal_width() - 1;
  for (const std::string& more : {m_accuracy, format("  loss %.4f", m_loss)}) {
    if (before.size() + shortest_bar + after.size() + more.size() <= room) after += more;
  }
  const std::size_t others = before.size() + after.size();
  std::string line = before;
  if (others + shortest_bar <= room) line += bar(part, std::min(room - others, longest_bar) - 2);
  line = (line + after).substr(0, room);
  std::printf("%s%s", erase_line, line.c_str());
  std::fflush(stdout);
}

}  // namespace demo
