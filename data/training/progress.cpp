#include <data/training/progress.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace xtape::training {

namespace {

constexpr std::size_t shortest_bar = 10, longest_bar = 32;
constexpr const char* erase_line = "\r\x1b[K";

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[64];
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

std::string clock_time(double seconds) {
  const int whole = static_cast<int>(std::min(seconds, 1e9) + 0.5);
  if (whole < 3600) return format("%d:%02d", whole / 60, whole % 60);
  return format("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string epoch_of(std::uint64_t epoch, std::uint64_t epochs) {
  return "epoch " + std::to_string(epoch) + "/" + std::to_string(epochs);
}

bool is_score(const std::string& column) {
  return column != "epoch" && column != "step" && column != "lr" && column != "seconds" &&
         column != "samples_per_second";
}

int descriptor_of(const std::ostream* out) {
  if (out == &std::cout) return STDOUT_FILENO;
  return out == &std::cerr || out == &std::clog ? STDERR_FILENO : -1;
}

}  // namespace

Display Display::of(std::ostream* out) {
  Display display{.out = out};
  const int descriptor = descriptor_of(out);
  const char* kind = std::getenv("TERM");
  if (descriptor < 0 || !::isatty(descriptor) || !kind || std::strcmp(kind, "dumb") == 0) return display;
  display.terminal = true;
  ::winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) display.width = size.ws_col;
  return display;
}

Progress::Progress(const Display& display, std::vector<std::string> columns, std::uint64_t epochs,
                   std::uint64_t batches)
    : m_display(display), m_columns(std::move(columns)), m_epochs(epochs), m_batches(batches) {}

Progress::~Progress() {
  if (!m_display.out || !m_display.terminal) return;
  *m_display.out << erase_line;
  if (!m_last_epoch.empty()) *m_display.out << m_last_epoch << '\n';
  m_display.out->flush();
}

void Progress::step(std::uint64_t epoch, std::uint64_t batch, const EpochResult& so_far) {
  if (!m_display.out || !m_display.terminal) return;
  const std::uint64_t done = (epoch - 1) * m_batches + batch;
  if (!m_begun) m_first_batch = done - 1;
  m_begun = true;
  if (Clock::now() - m_drawn >= m_display.between_drawings) draw(epoch, batch, so_far);
}

void Progress::epoch(const EpochResult& result) {
  if (!m_display.out) return;
  m_last_epoch = epoch_of(result.epoch, m_epochs);
  for (const std::string& score : scores(result)) m_last_epoch += score;
  m_last_epoch += format("  %.0f samples/s", result.samples_per_second()) + format("  %.3g s", result.seconds);
  if (!m_display.terminal) *m_display.out << m_last_epoch << std::endl;
}

// "  loss 0.1234", "  accuracy 0.95"
std::vector<std::string> Progress::scores(const EpochResult& result) const {
  std::vector<std::string> texts;
  for (const std::string& column : m_columns) {
    const std::optional<double> value = is_score(column) ? result.find(column) : std::nullopt;
    if (value) texts.push_back("  " + column + format(" %.4g", *value));
  }
  return texts;
}

// Of all epochs, at the pace so far, validation and all.
std::string Progress::remaining(std::uint64_t batches_done) const {
  const std::chrono::duration<double> elapsed = m_drawn - m_start;
  const auto here = static_cast<double>(batches_done - m_first_batch);
  const auto left = static_cast<double>(m_epochs * m_batches - batches_done);
  return clock_time(elapsed.count() / here * left);
}

void Progress::draw(std::uint64_t epoch, std::uint64_t batch, const EpochResult& so_far) {
  m_drawn = Clock::now();
  const double part = static_cast<double>(batch) / static_cast<double>(m_batches);
  const std::string before = epoch_of(epoch, m_epochs) + ' ';
  std::string after = format(" %3.0f%%", 100.0 * part);
  // A line that wrapped could not be written again: what matters least is left out where there is no room for it.
  const std::size_t room = m_display.width - 1;
  std::vector<std::string> more = scores(so_far);
  more.insert(more.begin(), "  " + remaining((epoch - 1) * m_batches + batch) + " left");
  more.push_back(format("  %.0f samples/s", so_far.samples_per_second()));
  for (const std::string& text : more) {
    if (before.size() + shortest_bar + after.size() + text.size() <= room) after += text;
  }
  const std::size_t others = before.size() + after.size();
  std::string line = before;
  if (others + shortest_bar <= room) line += bar(part, std::min(room - others, longest_bar) - 2);
  *m_display.out << erase_line << (line + after).substr(0, room) << std::flush;
}

}  // namespace xtape::training
